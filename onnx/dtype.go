package onnx

import (
	"fmt"

	"fbnas/onnx/onnxpb"
)

// DType is the element type of a tensor, numbered as ONNX's TensorProto.DataType.
// The zero value is an unknown type.
type DType int32

// The element types that fbnas computes with or that quantised models use.
const (
	Unknown    DType = 0
	Float32    DType = 1
	Uint8      DType = 2
	Int8       DType = 3
	Uint16     DType = 4
	Int16      DType = 5
	Int32      DType = 6
	Int64      DType = 7
	StringType DType = 8
	Bool       DType = 9
	Float16    DType = 10
	Float64    DType = 11
	Uint32     DType = 12
	Uint64     DType = 13
	BFloat16   DType = 16
)

var dtypes = map[DType]struct {
	name string
	size int64
}{
	Float32: {"float32", 4}, Uint8: {"uint8", 1}, Int8: {"int8", 1}, Uint16: {"uint16", 2},
	Int16: {"int16", 2}, Int32: {"int32", 4}, Int64: {"int64", 8}, StringType: {"string", 0},
	Bool: {"bool", 1}, Float16: {"float16", 2}, Float64: {"float64", 8}, Uint32: {"uint32", 4},
	Uint64: {"uint64", 8}, BFloat16: {"bfloat16", 2},
}

// Size is the number of bytes of one element in raw data; 0 for types that
// have no raw form here (strings, complex and sub-byte numbers).
func (t DType) Size() int64 { return dtypes[t].size }

// IsFloat reports whether t is a floating-point type.
func (t DType) IsFloat() bool {
	return t == Float32 || t == Float64 || t == Float16 || t == BFloat16
}

func (t DType) String() string {
	if d, ok := dtypes[t]; ok {
		return d.name
	}
	return fmt.Sprintf("type %s", onnxpb.TensorProto_DataType(t))
}
