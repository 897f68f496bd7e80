package onnx

import (
	"encoding/binary"

	"fbnas/internal/convert"
)

// Float16Tensor is a float16 tensor of the nearest values to data (ties to
// even; too large becomes infinite). It panics as [NewTensor] does.
func Float16Tensor[I Integer](name string, data []float32, dims ...I) Tensor {
	codes := make([]uint16, len(data))
	for i, v := range data {
		codes[i] = convert.ToFloat16(v)
	}
	t := NewTensor(name, codes, dims...)
	t.DType = Float16
	return t
}

// appendHalves keeps the low 16 bits of each code: how float16 and bfloat16
// stand in the int32_data field.
func appendHalves(raw []byte, codes []int32) []byte {
	for _, c := range codes {
		raw = binary.LittleEndian.AppendUint16(raw, uint16(c))
	}
	return raw
}
