// Package ortc runs ONNX models through ONNX Runtime's C interface without
// cgo: about forty functions of its table, called through purego. This is all
// that a program needs to time models on a device, and includes what the cgo binding
// lacks: tensors in the memory of an accelerator.
package ortc
