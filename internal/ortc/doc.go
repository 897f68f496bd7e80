// Package ortc runs ONNX models through ONNX Runtime's C interface without
// cgo: about forty functions of its table, reached by purego. That is all
// that a program that times models on a device needs, and what the cgo binding
// does not offer: tensors in the memory of an accelerator.
package ortc
