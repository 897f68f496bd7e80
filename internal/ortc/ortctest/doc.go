// Package ortctest reads ONNX Runtime's C header, for tests that hold our own
// tables of the interface against it.
package ortctest
