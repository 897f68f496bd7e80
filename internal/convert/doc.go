// Package convert converts the number type of slices, and reads 16-bit floats.
package convert
