// Package ort runs programs in ONNX Runtime. It is the one package that uses
// the C library through cgo.
package ort
