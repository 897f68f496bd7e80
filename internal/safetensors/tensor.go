package safetensors

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"

	"fbnas/internal/convert"
)

// Tensor is one named array.
type Tensor struct {
	// Name is UTF-8, not empty, and unique in a file.
	Name string
	// Shape is empty for a single value; sizes may be 0.
	Shape []int
	// Data is a slice of float32 (F32), float64 (F64), Float16 (F16), BFloat16
	// (BF16), int64 (I64), int32 (I32), int16 (I16), int8 (I8) or uint8 (U8;
	// BOOL when read), row-major, as long as the product of Shape.
	Data any
}

// Float16 and BFloat16 are the bits of a number; package convert reads them.
type (
	Float16  uint16
	BFloat16 uint16
)

// number is an element type of tensors.
type number interface {
	float32 | float64 | Float16 | BFloat16 | int64 | int32 | int16 | int8 | uint8
}

// Float64s returns the elements as float64; 64-bit integers above 2^53 are
// rounded.
func (t Tensor) Float64s() []float64 {
	switch v := t.Data.(type) {
	case []float32:
		return convert.Slice[float64](v)
	case []Float16:
		return halves(v, convert.Float16)
	case []BFloat16:
		return halves(v, convert.BFloat16)
	case []int64:
		return convert.Slice[float64](v)
	case []int32:
		return convert.Slice[float64](v)
	case []int16:
		return convert.Slice[float64](v)
	case []int8:
		return convert.Slice[float64](v)
	case []uint8:
		return convert.Slice[float64](v)
	}
	v, _ := t.Data.([]float64)
	return slices.Clone(v)
}

func halves[T Float16 | BFloat16](v []T, read func(uint16) float64) []float64 {
	out := make([]float64, len(v))
	for i, bits := range v {
		out[i] = read(uint16(bits))
	}
	return out
}

// dtype is one element type: its name in the header, the number of bytes of an
// element, the length of such a slice (-1 for another type), and a new slice.
type dtype struct {
	name string
	size int
	len  func(data any) int
	make func(n int) any
}

func dtypeOf[T number](name string, size int) dtype {
	return dtype{
		name: name,
		size: size,
		len: func(data any) int {
			if s, ok := data.([]T); ok {
				return len(s)
			}
			return -1
		},
		make: func(n int) any { return make([]T, n) },
	}
}

var dtypes = []dtype{
	dtypeOf[float32]("F32", 4),
	dtypeOf[float64]("F64", 8),
	dtypeOf[Float16]("F16", 2),
	dtypeOf[BFloat16]("BF16", 2),
	dtypeOf[int64]("I64", 8),
	dtypeOf[int32]("I32", 4),
	dtypeOf[int16]("I16", 2),
	dtypeOf[int8]("I8", 1),
	dtypeOf[uint8]("U8", 1),
	dtypeOf[uint8]("BOOL", 1), // after U8, which is how bytes are written
}

func dtypeNamed(name string) (dtype, error) {
	var known []string
	for _, d := range dtypes {
		if d.name == name {
			return d, nil
		}
		known = append(known, d.name)
	}
	return dtype{}, fmt.Errorf("element type %q is not one of %s", name, strings.Join(known, ", "))
}

// entry returns the tensor's header entry if its data begins at byte at.
func (t Tensor) entry(at int) (entry, error) {
	if t.Name == "" || t.Name == metadataKey {
		return entry{}, fmt.Errorf("%q cannot name a tensor", t.Name)
	}
	want, err := elements(t.Shape)
	if err != nil {
		return entry{}, fmt.Errorf("tensor %q: %w", t.Name, err)
	}
	for _, d := range dtypes {
		switch n := d.len(t.Data); n {
		case -1:
		case want:
			shape := append([]int{}, t.Shape...)
			return entry{name: t.Name, DType: d.name, Shape: shape, Offsets: []int{at, at + n*d.size}}, nil
		default:
			return entry{}, fmt.Errorf("tensor %q: shape %v has %d elements, its data %d", t.Name, t.Shape, want, n)
		}
	}
	return entry{}, fmt.Errorf("tensor %q: cannot store a %T", t.Name, t.Data)
}

// elements is the product of a shape.
func elements(shape []int) (int, error) {
	n := 1
	for _, size := range shape {
		if size < 0 {
			return 0, fmt.Errorf("shape %v has a negative size", shape)
		}
		if n > 0 && size > math.MaxInt/n {
			return 0, errors.New("its shape has more elements than can be counted")
		}
		n *= size
	}
	return n, nil
}
