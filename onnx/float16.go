package onnx

import (
	"encoding/binary"

	"fbnas/internal/convert"
)

// Float16Tensor is a float16 tensor of the values nearest to data (ties to
// even; values that are too large become infinite). It panics like [NewTensor].
func Float16Tensor[I Integer](name string, data []float32, dims ...I) Tensor {
	codes := make([]uint16, len(data))
	for i, v := range data {
		codes[i] = convert.ToFloat16(v)
	}
	t := NewTensor(name, codes, dims...)
	t.DType = Float16
	return t
}

// appendHalves appends the low 16 bits of each code: the int32_data field stores
// float16 and bfloat16 in this way.
func appendHalves(raw []byte, codes []int32) []byte {
	for _, c := range codes {
		raw = binary.LittleEndian.AppendUint16(raw, uint16(c))
	}
	return raw
}
