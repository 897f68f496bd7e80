package quantize

import (
	"fbnas/onnx"
	"fbnas/onnxexport"
)

// ActivationsFor is the type of activations with which ONNX Runtime's kernels are
// fastest on a processor: int8 on arm64. On x86-64 the runtime turns int8 into
// uint8, except for tensors with two readers (docs/decisions/int8.md).
func ActivationsFor(arch string) onnx.DType {
	if arch == "amd64" {
		return onnx.Uint8
	}
	return onnx.Int8
}

// Timed returns m in QDQ form for timing, with ranges for activations near 1:
// times do not depend on the values.
func Timed(m *onnx.Model, o Options) (*onnx.Model, error) {
	return run(m, o, func(string) (Range, error) { return Range{-4, 4}, nil })
}

// Sample is s, a float model for timing, in QDQ form.
func Sample(s onnxexport.Sample, o Options) (onnxexport.Sample, error) {
	m, err := decodeTimed(s, o)
	if err != nil {
		return s, err
	}
	return onnxexport.SampleOf(s.Name, m)
}

func decodeTimed(s onnxexport.Sample, o Options) (*onnx.Model, error) {
	m, err := onnx.Decode(s.Bytes)
	if err != nil {
		return nil, err
	}
	return Timed(m, o)
}
