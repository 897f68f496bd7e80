// Package onnx is the ONNX file format: building, reading, writing and
// checking models, and inferring the types and shapes inside them.
//
// A graph is built with [Builder], which gives a [Model]; [Read] and [Decode]
// give one from bytes. [Check] finds everything that a runtime would refuse,
// as far as the operators that fbnas uses are concerned (the table in
// operators.go), and [InferShapes] says what flows along every edge.
package onnx
