// Package ortctest reads ONNX Runtime's C header, for tests that compare our own
// tables of the interface with it.
package ortctest
