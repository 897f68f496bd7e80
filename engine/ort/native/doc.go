// Package native adds operators of our own, in C, to the stock ONNX Runtime:
// those whose work is bound by memory and takes several passes otherwise.
package native
