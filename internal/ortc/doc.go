// Package ortc runs ONNX models through ONNX Runtime's C interface without
// cgo: about thirty functions of its table, reached by purego, which is all
// that a program that times models on a device needs.
package ortc
