// Package convert changes the number type of slices, and reads 16-bit numbers.
package convert
