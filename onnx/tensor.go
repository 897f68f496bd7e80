package onnx

import (
	"encoding/binary"
	"fmt"
	"math"
	"math/bits"

	"fbnas/internal/convert"
)

// Tensor is a named constant: dense, row-major, little-endian.
type Tensor struct {
	Name  string
	DType DType
	Dims  []int64 // empty for a scalar
	Raw   []byte
}

// Element is a Go type of a Tensor's elements. Float16 values have no
// Go type of their own; see [Tensor.Float64s] and [Float16Tensor].
type Element interface {
	float32 | float64 | int64 | int32 | int16 | int8 | uint64 | uint32 | uint16 | uint8 | bool
}

// NewTensor is a tensor with a copy of data and the given dimensions;
// without any, a scalar. It panics if their product is not len(data).
func NewTensor[T Element, I Integer](name string, data []T, dims ...I) Tensor {
	t := Tensor{Name: name, DType: dtypeOf[T](), Dims: make([]int64, len(dims))}
	for i, d := range dims {
		t.Dims[i] = int64(d)
	}
	if n, err := elements(t.Dims); err != nil || n != int64(len(data)) {
		panic(fmt.Sprintf("onnx: tensor %q has %d elements, dimensions %v", name, len(data), dims))
	}
	raw, err := binary.Append(make([]byte, 0, int64(len(data))*t.DType.Size()), binary.LittleEndian, data)
	if err != nil {
		panic(err)
	}
	t.Raw = raw
	return t
}

// Scalar is a tensor of one element and no dimensions.
func Scalar[T Element](name string, v T) Tensor {
	return NewTensor[T, int](name, []T{v})
}

// Vector is a tensor of one dimension.
func Vector[T Element](name string, data ...T) Tensor {
	return NewTensor(name, data, len(data))
}

// Values returns a copy of t's elements. It fails if they are of another type,
// or if their number does not fit the dimensions.
func Values[T Element](t Tensor) ([]T, error) {
	if want := dtypeOf[T](); t.DType != want {
		return nil, fmt.Errorf("tensor %q holds %v, not %v", t.Name, t.DType, want)
	}
	n, err := t.Len()
	if err != nil {
		return nil, err
	}
	out := make([]T, n)
	if _, err := binary.Decode(t.Raw, binary.LittleEndian, out); err != nil {
		return nil, fmt.Errorf("tensor %q: %w", t.Name, err)
	}
	return out, nil
}

// Len is the number of elements; it fails if a dimension is negative, if
// their product overflows, or if Raw does not have the right length.
func (t Tensor) Len() (int64, error) {
	n, err := elements(t.Dims)
	if err != nil {
		return 0, fmt.Errorf("tensor %q: %w", t.Name, err)
	}
	size := t.DType.Size()
	if size == 0 {
		return 0, fmt.Errorf("tensor %q: elements of %v have no raw form", t.Name, t.DType)
	}
	if over, want := bits.Mul64(uint64(n), uint64(size)); over != 0 || want != uint64(len(t.Raw)) {
		return 0, fmt.Errorf("tensor %q: %d bytes for %v of %v", t.Name, len(t.Raw), t.DType, t.Dims)
	}
	return n, nil
}

// Float64s returns t's elements as float64, whatever their type;
// booleans become 0 and 1. 64-bit integers above 2^53 are rounded.
func (t Tensor) Float64s() ([]float64, error) {
	switch t.DType {
	case Float32:
		return widen[float32](t)
	case Float64:
		return Values[float64](t)
	case Int64:
		return widen[int64](t)
	case Int32:
		return widen[int32](t)
	case Int16:
		return widen[int16](t)
	case Int8:
		return widen[int8](t)
	case Uint64:
		return widen[uint64](t)
	case Uint32:
		return widen[uint32](t)
	case Uint16:
		return widen[uint16](t)
	case Uint8:
		return widen[uint8](t)
	}
	return t.codesToFloat64s()
}

// codesToFloat64s is Float64s for the types without a Go number type.
func (t Tensor) codesToFloat64s() ([]float64, error) {
	n, err := t.Len()
	if err != nil {
		return nil, err
	}
	out := make([]float64, n)
	for i := range out {
		switch t.DType {
		case Bool:
			out[i] = float64(min(t.Raw[i], 1))
		case Float16:
			out[i] = convert.Float16(binary.LittleEndian.Uint16(t.Raw[2*i:]))
		case BFloat16:
			out[i] = convert.BFloat16(binary.LittleEndian.Uint16(t.Raw[2*i:]))
		}
	}
	return out, nil
}

func widen[T float32 | int64 | int32 | int16 | int8 | uint64 | uint32 | uint16 | uint8](t Tensor) ([]float64, error) {
	data, err := Values[T](t)
	if err != nil {
		return nil, err
	}
	out := make([]float64, len(data))
	for i, v := range data {
		out[i] = float64(v)
	}
	return out, nil
}

func dtypeOf[T Element]() DType {
	var zero T
	switch any(zero).(type) {
	case float32:
		return Float32
	case float64:
		return Float64
	case int64:
		return Int64
	case int32:
		return Int32
	case int16:
		return Int16
	case int8:
		return Int8
	case uint64:
		return Uint64
	case uint32:
		return Uint32
	case uint16:
		return Uint16
	case uint8:
		return Uint8
	}
	return Bool
}

// elements is the product of dims; 1 for a scalar.
func elements(dims []int64) (int64, error) {
	n := uint64(1)
	for _, d := range dims {
		if d < 0 {
			return 0, fmt.Errorf("negative dimension in %v", dims)
		}
		over, product := bits.Mul64(n, uint64(d))
		if over != 0 || product > math.MaxInt64 {
			return 0, fmt.Errorf("too many elements in %v", dims)
		}
		n = product
	}
	return int64(n), nil
}
