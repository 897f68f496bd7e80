// Package onnxgo runs exported models in owulveryck/onnx-go on gorgonia, which
// shares no code with fbnas or ONNX Runtime and needs no C library: a second
// opinion on what a file computes.
//
// onnx-go has few of ONNX's operators, and some only in part. [Lower] rewrites a
// model with those that it has. The result is much slower and larger, since
// every group of channels becomes part of one dense convolution: it is for small
// networks.
package onnxgo
