// Package safetensors reads and writes the safetensors file format: named
// tensors behind a JSON header, checked in full when read, the same bytes each
// time when written.
package safetensors
