// Package process runs commands for what they print: git, PyTorch, fbnas itself
// in comparisons.
package process
