// Package convert changes the number type of slices.
package convert
