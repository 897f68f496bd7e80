// Package onnxexport turns blocks and weights into ONNX files that applications
// run, and proves that a file computes what was trained before it is written.
package onnxexport
