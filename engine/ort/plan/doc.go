// Package plan predicts how ONNX Runtime's CPU provider runs a model: in
// which order, in which buffers, and with how much memory.
package plan
