// Package python finds the distribution's Python for comparisons: PyTorch as a
// peer, ONNX's own checker. No feature for users needs Python.
package python
