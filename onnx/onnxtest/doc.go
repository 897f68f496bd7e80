// Package onnxtest gives tests the ONNX project's own conformance vectors
// (Debian's libonnx-testdata, ONNX 1.12): small models with their inputs and
// expected outputs. It also has models like those of other people.
package onnxtest
