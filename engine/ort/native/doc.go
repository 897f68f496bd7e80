// Package native adds operators of our own, in C, to the stock ONNX Runtime:
// those that are bound by memory and would otherwise take several passes.
package native
