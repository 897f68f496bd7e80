// Package setup fetches what fbnas needs from outside the Go toolchain (ONNX
// Runtime's shared library, the demo data, the ONNX conformance vectors) into
// one cache folder, verified by hash, and finds it again there.
package setup
