// Package ort is the engine that runs programs in ONNX Runtime. It is the only
// package that uses the C library through cgo.
//
// [Engine.Compile] lowers a program's graph to one ONNX model (graph/lower) and
// opens a session. Every tensor of the state has two buffers: programs read one
// and write the other, and a run that succeeded swaps the pairs that it wrote. A
// failed run changes nothing.
//
// A [Dialect] says how feature maps are stored: std in ONNX's own order,
// blocked in blocks of channels for the CPU's fastest kernels; auto uses blocked
// if it fits the processor. A [Provider] says what computes: the CPU, or CUDA
// with states in the GPU's memory. [Session] runs any model, such as an exported
// one.
package ort
