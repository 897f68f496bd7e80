// Package onnxtest gives tests the ONNX project's own conformance vectors
// (Debian's libonnx-testdata, ONNX 1.12): small models with their inputs and
// expected outputs. Beside them stand models as other people make them.
package onnxtest
