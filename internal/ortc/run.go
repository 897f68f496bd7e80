package ortc

import (
	"errors"
	"fmt"
	"runtime"
	"unsafe"
)

// SetInput gives input i its values, which are copied to memory that is
// aligned to 64 bytes. The product of shape must be len(values).
func (s *Session) SetInput(i int, values []float32, shape []int64) error {
	return setInput(s, i, Float, values, shape)
}

// SetBytes is SetInput for an input of any type that has a Size: the tensor as
// it lies in memory, row-major and little-endian.
func (s *Session) SetBytes(i int, data []uint8, shape []int64) error {
	kind := s.Inputs[i].Type
	if Size(kind) == 0 {
		return fmt.Errorf("input %s: elements of type %d cannot be given", s.Inputs[i].Name, kind)
	}
	return setInput(s, i, kind, data, shape)
}

func setInput[T float32 | uint8](s *Session, i, kind int, values []T, shape []int64) error {
	bytes := int64(Size(kind))
	for _, d := range shape {
		bytes *= d
	}
	if given := int64(unsafe.Sizeof(*new(T))) * int64(len(values)); bytes != given {
		return fmt.Errorf("input %s: %d bytes for shape %v of %d bytes", s.Inputs[i].Name, given, shape, bytes)
	}
	s.rt.release(releaseValue, &s.inputs[i])
	data := aligned[T](len(values))
	copy(data, values)
	s.data[i] = data
	return s.rt.call(createTensorWithDataAsOrtValue, s.rt.memory,
		uintptr(unsafe.Pointer(unsafe.SliceData(data))), unsafe.Sizeof(*new(T))*uintptr(len(values)),
		uintptr(unsafe.Pointer(unsafe.SliceData(shape))), uintptr(len(shape)), uintptr(kind),
		uintptr(unsafe.Pointer(&s.inputs[i])))
}

// Run runs the model once. The runtime makes the outputs in the first run and
// overwrites them in every later one, except those that are no tensors.
func (s *Session) Run() error {
	for i, other := range s.other {
		if other {
			s.rt.release(releaseValue, &s.outputs[i])
		}
	}
	const defaultRunOptions = 0
	err := s.rt.call(run, s.handle, defaultRunOptions,
		uintptr(unsafe.Pointer(unsafe.SliceData(s.inputNames))), uintptr(unsafe.Pointer(unsafe.SliceData(s.inputs))), uintptr(len(s.inputs)),
		uintptr(unsafe.Pointer(unsafe.SliceData(s.outputNames))), uintptr(len(s.outputs)), uintptr(unsafe.Pointer(unsafe.SliceData(s.outputs))))
	runtime.KeepAlive(s)
	return err
}

// Outputs returns the float32 outputs of the last run, in the model's order,
// nil for those of another type. They are the runtime's memory: valid until
// the next Run or Close.
func (s *Session) Outputs() ([][]float32, error) {
	raw, err := s.Raw()
	if err != nil {
		return nil, err
	}
	out := make([][]float32, len(raw))
	for i, o := range raw {
		if o.Type == Float {
			out[i] = unsafe.Slice((*float32)(unsafe.Pointer(unsafe.SliceData(o.Data))), len(o.Data)/4)
		}
	}
	return out, nil
}

// Output is one of a run's results as it lies in memory, row-major and
// little-endian. What is no tensor, or of a type without a Size, has no Data.
type Output struct {
	Type int // 0 for what is no tensor
	Data []byte
}

// Raw returns all outputs of the last run, as Outputs those of float32.
func (s *Session) Raw() ([]Output, error) {
	out := make([]Output, len(s.outputs))
	for i, value := range s.outputs {
		if value == 0 {
			return nil, errors.New("outputs are read before the first run")
		}
		if s.other[i] {
			continue
		}
		var err error
		if out[i], err = s.output(value); err != nil {
			return nil, err
		}
	}
	return out, nil
}

func (s *Session) output(value uintptr) (Output, error) {
	var info, data uintptr
	if err := s.rt.call(getTensorTypeAndShape, value, uintptr(unsafe.Pointer(&info))); err != nil {
		return Output{}, err
	}
	t, err := s.tensor(info)
	s.rt.release(releaseTensorTypeAndShapeInfo, &info)
	size := int64(Size(t.Type))
	if err != nil || size == 0 {
		return Output{Type: t.Type}, err
	}
	if err := s.rt.call(getTensorMutableData, value, uintptr(unsafe.Pointer(&data))); err != nil {
		return Output{}, err
	}
	for _, d := range t.Shape {
		size *= d
	}
	if size == 0 {
		return Output{Type: t.Type}, nil // the runtime has no memory for nothing
	}
	return Output{t.Type, unsafe.Slice((*byte)(pointer(data)), size)}, nil
}

// aligned returns n zeros that start at a multiple of 64 bytes.
func aligned[T float32 | uint8](n int) []T {
	size := int(unsafe.Sizeof(*new(T)))
	buffer := make([]T, n+64/size)
	misplaced := int(uintptr(unsafe.Pointer(unsafe.SliceData(buffer)))%64) / size
	start := (64/size - misplaced) % (64 / size)
	return buffer[start : start+n : start+n]
}
