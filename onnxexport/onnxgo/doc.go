// Package onnxgo runs exported models in owulveryck/onnx-go on gorgonia, which
// shares no code with fbnas or ONNX Runtime and needs no C library: a second
// opinion on what a file computes.
//
// Of ONNX's operators onnx-go has few, and some only in part. [Lower] writes a
// model once more with those that it has: slower by far, and larger, since
// every group of channels becomes part of one dense convolution. It is for small
// networks.
package onnxgo
