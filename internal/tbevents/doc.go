// Package tbevents writes scalars for TensorBoard: event files that can be truncated
// to a step and continued.
package tbevents
