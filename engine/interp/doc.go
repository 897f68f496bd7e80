// Package interp runs graphs in pure Go and float64. It is the oracle: what
// every gradient rule, lowering and engine is checked against, and what lets
// most tests run without the C library.
package interp
