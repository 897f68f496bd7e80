package torchfile

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"math/bits"

	"fbnas/internal/convert"
)

// storage is a run of numbers that tensors are views of. Its bytes are read
// when a tensor's numbers are needed.
type storage struct {
	element element
	length  int64 // numbers
	data    func() ([]byte, error)
}

// element is a type of numbers: the size of one in bytes, and how to read it.
type element struct {
	size int64
	read func([]byte) float64
}

// elements are the types of storages that hold weights and counters.
var elements = map[global]element{
	"torch.BFloat16Storage": {2, func(b []byte) float64 { return convert.BFloat16(binary.LittleEndian.Uint16(b)) }},
	"torch.BoolStorage":     {1, func(b []byte) float64 { return float64(min(b[0], 1)) }},
	"torch.ByteStorage":     {1, func(b []byte) float64 { return float64(b[0]) }},
	"torch.CharStorage":     {1, func(b []byte) float64 { return float64(int8(b[0])) }},
	"torch.DoubleStorage":   {8, func(b []byte) float64 { return math.Float64frombits(binary.LittleEndian.Uint64(b)) }},
	"torch.FloatStorage":    {4, func(b []byte) float64 { return float64(math.Float32frombits(binary.LittleEndian.Uint32(b))) }},
	"torch.HalfStorage":     {2, func(b []byte) float64 { return convert.Float16(binary.LittleEndian.Uint16(b)) }},
	"torch.IntStorage":      {4, func(b []byte) float64 { return float64(int32(binary.LittleEndian.Uint32(b))) }},
	"torch.LongStorage":     {8, func(b []byte) float64 { return float64(int64(binary.LittleEndian.Uint64(b))) }},
	"torch.ShortStorage":    {2, func(b []byte) float64 { return float64(int16(binary.LittleEndian.Uint16(b))) }},
}

// Tensor is a tensor of a file.
type Tensor struct {
	Shape   []int // empty for a single number
	storage *storage
	offset  int64
	strides []int64
}

// maxRank is larger than the rank of any weight.
const maxRank = 8

// newTensor checks that a view is inside its storage and has no more elements than
// that, so that a small file cannot make us allocate much memory.
func newTensor(s *storage, offset int64, lengths, strides []int64) (*Tensor, error) {
	if len(lengths) != len(strides) || len(lengths) > maxRank {
		return nil, fmt.Errorf("%d dimensions with %d strides", len(lengths), len(strides))
	}
	t := &Tensor{Shape: make([]int, len(lengths)), storage: s, offset: offset, strides: strides}
	count, last := uint64(1), uint64(offset)
	fits := offset >= 0
	for i, n := range lengths {
		if n < 0 || strides[i] < 0 {
			return nil, fmt.Errorf("size %v with stride %v", lengths, strides)
		}
		t.Shape[i] = int(n)
		over, product := bits.Mul64(count, uint64(n))
		far, step := bits.Mul64(uint64(max(n-1, 0)), uint64(strides[i]))
		count, last = product, last+step
		fits = fits && over == 0 && far == 0 && step <= math.MaxInt64 && count <= uint64(s.length) && last <= math.MaxInt64
	}
	if !fits || count > 0 && last >= uint64(s.length) {
		return nil, fmt.Errorf("size %v with stride %v from %d does not lie in a storage of %d", lengths, strides, offset, s.length)
	}
	return t, nil
}

// Len is the number of elements.
func (t *Tensor) Len() int {
	n := 1
	for _, d := range t.Shape {
		n *= d
	}
	return n
}

// Float64s reads the elements, row-major.
func (t *Tensor) Float64s() ([]float64, error) {
	raw, err := t.storage.data()
	if err != nil {
		return nil, err
	}
	e := t.storage.element
	if int64(len(raw)) != t.storage.length*e.size {
		return nil, errors.New("a storage of the wrong size")
	}
	out := make([]float64, t.Len())
	index := make([]int, len(t.Shape))
	at := t.offset
	for i := range out {
		out[i] = e.read(raw[at*e.size:])
		for d := len(index) - 1; d >= 0; d-- {
			index[d]++
			at += t.strides[d]
			if index[d] < t.Shape[d] {
				break
			}
			at -= int64(index[d]) * t.strides[d]
			index[d] = 0
		}
	}
	return out, nil
}
