// Package engine defines what runs programs: a State of named tensors, and
// Programs that read, write and are fed it. The engines are engine/ort (ONNX
// Runtime) and engine/interp (pure Go, float64, the oracle).
package engine
