// Package safetensors reads and writes the safetensors file format: named
// tensors after a JSON header. Reading checks the whole header; writing gives the same
// bytes each time.
package safetensors
