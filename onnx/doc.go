// Package onnx is the ONNX file format: building, reading, writing and checking
// models, and inferring the types and shapes inside them.
//
// A [Builder] builds a graph and gives a [Model]; [Read] and [Decode] give one from
// bytes. Files come from strangers, so sizes, nesting and paths of external data
// are limited, and every reader has a fuzz target.
//
// The table in operators.go has a row for each operator and each version of it that
// is known: its inputs, outputs and attributes, and a rule that infers shapes.
// [Check] finds everything in these terms that a runtime would refuse, and reports
// all of it. [InferShapes] says which type and shape every value has, with dimensions
// that are unknown or named by symbols.
//
// [Model.AtShapes] fixes the sizes of inputs, and [Model.Cut] takes the part of a
// graph between two values.
package onnx
