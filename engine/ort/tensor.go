package ort

import (
	"unsafe"

	ortgo "github.com/yalue/onnxruntime_go"

	"fbnas/graph"
	"fbnas/internal/convert"
)

// alignment of everything that the runtime reads: its widest vectors, and a
// cache line.
const alignment = 64

// element is a type of the tensors that Go passes to the runtime.
type element interface{ float32 | int64 | uint8 }

// aligned returns n zeros that start at a multiple of alignment.
func aligned[T element](n int) []T {
	size := int(unsafe.Sizeof(*new(T)))
	buf := make([]T, n+alignment/size)
	skip := 0
	for uintptr(unsafe.Pointer(&buf[skip]))%alignment != 0 {
		skip++
	}
	return buf[skip : skip+n : skip+n]
}

// tensor is a value that Go and the runtime share; one of the slices is set.
type tensor struct {
	value  ortgo.Value
	floats []float32
	ints   []int64
}

func newTensor(t graph.DType, shape graph.Shape) (*tensor, error) {
	dims := ortgo.Shape(dimensions(shape))
	if t == graph.Int {
		data := aligned[int64](shape.Len())
		v, err := ortgo.NewTensor(dims, data)
		if err != nil {
			return nil, err
		}
		return &tensor{value: v, ints: data}, nil
	}
	data := aligned[float32](shape.Len())
	v, err := ortgo.NewTensor(dims, data)
	if err != nil {
		return nil, err
	}
	return &tensor{value: v, floats: data}, nil
}

func dimensions(shape graph.Shape) []int64 {
	return convert.Slice[int64](shape)
}

func (t *tensor) ort() ortgo.Value { return t.value }

func (t *tensor) read() ([]float32, error) { return t.floats, nil }

func (t *tensor) write(values []float32) error {
	copy(t.floats, values)
	return nil
}

func (t *tensor) close() {
	if t != nil {
		t.value.Destroy()
	}
}
