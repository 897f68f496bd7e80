package ortc

import (
	"errors"
	"fmt"
	"unsafe"
)

// describe reads the names of inputs and outputs and the inputs' shapes.
func (s *Session) describe() error {
	var in, out uintptr
	if err := s.rt.call(sessionGetInputCount, s.handle, uintptr(unsafe.Pointer(&in))); err != nil {
		return err
	}
	if err := s.rt.call(sessionGetOutputCount, s.handle, uintptr(unsafe.Pointer(&out))); err != nil {
		return err
	}
	for i := range in {
		name, err := s.name(sessionGetInputName, i)
		if err != nil {
			return err
		}
		s.inputNames = append(s.inputNames, name)
		t, err := s.inputType(i)
		if err != nil {
			return fmt.Errorf("input %s: %w", goString(name), err)
		}
		t.Name = goString(name)
		s.Inputs = append(s.Inputs, t)
	}
	for i := range out {
		name, err := s.name(sessionGetOutputName, i)
		if err != nil {
			return err
		}
		s.outputNames = append(s.outputNames, name)
		other, err := s.isOther(i)
		if err != nil {
			return fmt.Errorf("output %s: %w", goString(name), err)
		}
		s.other = append(s.other, other)
	}
	s.inputs = make([]uintptr, in)
	s.outputs = make([]uintptr, out)
	s.data = make([]any, in)
	return nil
}

func (s *Session) name(f entry, i uintptr) (uintptr, error) {
	var name uintptr
	err := s.rt.call(f, s.handle, i, s.rt.allocator, uintptr(unsafe.Pointer(&name)))
	return name, err
}

// isOther says whether an output is a sequence or another value that is no
// tensor.
func (s *Session) isOther(i uintptr) (bool, error) {
	var info, shape uintptr
	if err := s.rt.call(sessionGetOutputTypeInfo, s.handle, i, uintptr(unsafe.Pointer(&info))); err != nil {
		return false, err
	}
	defer s.rt.release(releaseTypeInfo, &info)
	err := s.rt.call(castTypeInfoToTensorInfo, info, uintptr(unsafe.Pointer(&shape)))
	return shape == 0, err
}

func (s *Session) inputType(i uintptr) (Tensor, error) {
	var info, shape uintptr
	if err := s.rt.call(sessionGetInputTypeInfo, s.handle, i, uintptr(unsafe.Pointer(&info))); err != nil {
		return Tensor{}, err
	}
	defer s.rt.release(releaseTypeInfo, &info)
	if err := s.rt.call(castTypeInfoToTensorInfo, info, uintptr(unsafe.Pointer(&shape))); err != nil {
		return Tensor{}, err
	}
	if shape == 0 {
		return Tensor{}, errors.New("not a tensor")
	}
	return s.tensor(shape)
}

// tensor reads an OrtTensorTypeAndShapeInfo.
func (s *Session) tensor(info uintptr) (Tensor, error) {
	var kind int32
	var rank uintptr
	if err := s.rt.call(getTensorElementType, info, uintptr(unsafe.Pointer(&kind))); err != nil {
		return Tensor{}, err
	}
	if err := s.rt.call(getDimensionsCount, info, uintptr(unsafe.Pointer(&rank))); err != nil {
		return Tensor{}, err
	}
	t := Tensor{Type: int(kind), Shape: make([]int64, rank)}
	err := s.rt.call(getDimensions, info, uintptr(unsafe.Pointer(unsafe.SliceData(t.Shape))), rank)
	return t, err
}
