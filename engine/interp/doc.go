// Package interp runs graphs in pure Go and float64. It is the oracle: every
// gradient rule, lowering and engine is checked against it, and most tests run on
// it without the C library.
package interp
