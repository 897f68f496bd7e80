// Package python finds the distribution's Python for comparisons: PyTorch as a
// peer, ONNX's own checker. What fbnas does for its users needs no Python.
package python
