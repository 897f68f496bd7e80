package onnx

import (
	"encoding/binary"
	"math"
)

// Float16Tensor is a float16 tensor of the nearest values to data (ties to
// even; too large becomes infinite). It panics as [NewTensor] does.
func Float16Tensor[I Integer](name string, data []float32, dims ...I) Tensor {
	codes := make([]uint16, len(data))
	for i, v := range data {
		codes[i] = float16FromFloat32(v)
	}
	t := NewTensor(name, codes, dims...)
	t.DType = Float16
	return t
}

func float16FromFloat32(v float32) uint16 {
	b := math.Float32bits(v)
	sign := uint16(b >> 16 & 0x8000)
	abs := b & 0x7fffffff
	switch {
	case abs > 0x7f800000:
		return sign | 0x7e00
	case abs >= 0x47800000: // 65536 and above, infinity
		return sign | 0x7c00
	case abs < 0x38800000: // below 2^-14: a multiple of 2^-24
		scaled := float64(math.Float32frombits(abs)) * (1 << 24)
		return sign | uint16(math.RoundToEven(scaled))
	}
	// Rounding may carry into the exponent, up to infinity: that is right.
	abs += 0xfff + abs>>13&1
	return sign | uint16((abs-0x38000000)>>13)
}

// appendHalves keeps the low 16 bits of each code: how float16 and bfloat16
// stand in the int32_data field.
func appendHalves(raw []byte, codes []int32) []byte {
	for _, c := range codes {
		raw = binary.LittleEndian.AppendUint16(raw, uint16(c))
	}
	return raw
}
