package safetensors

import (
	"errors"
	"fmt"
	"math"
	"strings"
)

// Tensor is one named array.
type Tensor struct {
	// Name is UTF-8, not empty, and once in a file.
	Name string
	// Shape is empty for a single value; sizes may be 0.
	Shape []int
	// Data is a []float32 (F32), []float64 (F64) or []int64 (I64), row-major,
	// as long as the product of Shape.
	Data any
}

// dtype is one element type: its name in the header, the bytes of an element,
// the length of such a slice (-1: another type), and a new slice.
type dtype struct {
	name string
	size int
	len  func(data any) int
	make func(n int) any
}

func dtypeOf[T float32 | float64 | int64](name string, size int) dtype {
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
	dtypeOf[int64]("I64", 8),
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

// entry returns the tensor's header entry when its data begins at byte at.
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
