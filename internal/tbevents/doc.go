// Package tbevents writes scalars for TensorBoard: event files that can be cut
// back to a step and continued.
package tbevents
