// Package process runs commands for their output: git, PyTorch, fbnas itself
// in comparisons.
package process
