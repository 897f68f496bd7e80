// Package onnxpb holds the protobuf types of the ONNX file format, generated
// from onnx.proto; package onnx is the way to use them.
package onnxpb

//go:generate sh generate.sh
