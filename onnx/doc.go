// Package onnx is the ONNX file format: building, reading, writing and checking
// models, and inferring the types and shapes inside them.
//
// A [Builder] builds a graph and returns a [Model]; [Read] and [Decode] make one from
// bytes. Files may be hostile, so sizes, nesting and paths of external data
// are limited, and every reader has a fuzz target.
//
// The table in operators.go has a row for each known operator and each version of it:
// its inputs, outputs and attributes, and a rule that infers shapes.
// [Check] finds everything that a runtime would refuse, as far as the table says, and
// reports all of it. [InferShapes] returns the type and shape of every value, with
// dimensions that may be unknown or named.
//
// [Model.AtShapes] fixes the sizes of inputs, and [Model.Cut] takes the part of a
// graph between two values.
package onnx
