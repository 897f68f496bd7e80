// Package engine defines programs and the interface of what runs them.
//
// A [Program] is a graph with names: the tensors that it reads from a [State] and
// writes there, its other inputs (feeds), and what it returns. An [Engine]
// compiles programs against a state; several programs share one, so training and
// evaluation see the same weights. A run writes all of its results or, on an
// error, none.
//
// There are two engines. engine/ort runs programs in ONNX Runtime; engine/interp,
// in pure Go and float64, is the oracle that everything is checked against. Package
// enginetest is the suite that both pass.
package engine
