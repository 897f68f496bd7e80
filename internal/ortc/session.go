package ortc

import (
	"errors"
	"fmt"
	"runtime"
	"unsafe"
)

// The element types (ONNXTensorElementDataType) of tensors that can be set and
// read.
const (
	Float    = 1 // float32
	Byte     = 2 // uint8
	Int8     = 3
	Uint16   = 4
	Int16    = 5
	Int32    = 6
	Int64    = 7
	Bool     = 9
	Float16  = 10
	Double   = 11 // float64
	Uint32   = 12
	Uint64   = 13
	BFloat16 = 16
)

var sizes = map[int]int{
	Float: 4, Byte: 1, Int8: 1, Uint16: 2, Int16: 2, Int32: 4, Int64: 8, Bool: 1, Float16: 2, Double: 8, Uint32: 4, Uint64: 8, BFloat16: 2,
}

// Size is the number of bytes of an element; 0 for types that are not set and
// read, such as text.
func Size(kind int) int { return sizes[kind] }

// Tensor says what an input is. A dimension that the model leaves open is -1.
type Tensor struct {
	Name  string
	Type  int
	Shape []int64
}

// Options of a session; the zero value is one thread.
type Options struct {
	Threads int // intra-op threads, the caller among them
	// Profile begins the name of the file that the runtime's own profile is
	// written to, see EndProfile; "" for none. It makes runs slower.
	Profile string
}

// Settings names every choice that a session with these options is made with,
// for the records of a measurement.
func (o Options) Settings() map[string]string {
	return map[string]string{
		"graph_optimization_level":        "all",
		"execution_mode":                  "sequential",
		"intra_op_num_threads":            fmt.Sprint(max(o.Threads, 1)),
		"session.intra_op.allow_spinning": "0",
		"enable_cpu_mem_arena":            "1",
	}
}

// Session is a model that is ready to run on the CPU provider. Inputs are set
// once; outputs stay in the same memory from run to run, so that a run
// allocates nothing outside the runtime.
type Session struct {
	Inputs []Tensor

	rt          *Runtime
	handle      uintptr
	inputNames  []uintptr
	outputNames []uintptr
	inputs      []uintptr
	outputs     []uintptr
	data        []any  // slices that the input tensors point at
	other       []bool // outputs that are no tensors
}

// NewSession creates a session of an ONNX model in memory: all optimisations,
// sequential execution, arena on, no spinning threads.
func (rt *Runtime) NewSession(model []byte, opts Options) (*Session, error) {
	if len(model) == 0 {
		return nil, errors.New("create session: empty model")
	}
	options, err := rt.options(opts)
	if err != nil {
		return nil, err
	}
	defer rt.release(releaseSessionOptions, &options)
	s := &Session{rt: rt}
	err = rt.call(createSessionFromArray, rt.env, uintptr(unsafe.Pointer(&model[0])), uintptr(len(model)),
		options, uintptr(unsafe.Pointer(&s.handle)))
	if err != nil {
		return nil, err
	}
	if err := s.describe(); err != nil {
		s.Close()
		return nil, err
	}
	return s, nil
}

func (rt *Runtime) options(opts Options) (uintptr, error) {
	var o uintptr
	if err := rt.call(createSessionOptions, uintptr(unsafe.Pointer(&o))); err != nil {
		return 0, err
	}
	const allOptimisations, sequential = 99, 0
	key, off := cString("session.intra_op.allow_spinning"), cString("0")
	err := errors.Join(
		rt.call(setSessionGraphOptimizationLvl, o, allOptimisations),
		rt.call(setSessionExecutionMode, o, sequential),
		rt.call(setIntraOpNumThreads, o, uintptr(max(opts.Threads, 1))),
		rt.call(enableCPUMemArena, o),
		rt.call(addSessionConfigEntry, o, uintptr(unsafe.Pointer(key)), uintptr(unsafe.Pointer(off))),
	)
	if opts.Profile != "" {
		prefix := cString(opts.Profile)
		err = errors.Join(err, rt.call(enableProfiling, o, uintptr(unsafe.Pointer(prefix))))
	}
	if err != nil {
		rt.release(releaseSessionOptions, &o)
	}
	return o, err
}

// EndProfile writes the profile of the runs so far and returns the path of its
// file, JSON in Chrome's trace format.
func (s *Session) EndProfile() (string, error) {
	var allocator, path uintptr
	if err := s.rt.call(getAllocatorWithDefaultOptions, uintptr(unsafe.Pointer(&allocator))); err != nil {
		return "", err
	}
	if err := s.rt.call(sessionEndProfiling, s.handle, allocator, uintptr(unsafe.Pointer(&path))); err != nil {
		return "", err
	}
	name := goString(path)
	return name, s.rt.call(allocatorFree, allocator, path)
}

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

// Close releases the session; it may be called more than once.
func (s *Session) Close() {
	for _, values := range [][]uintptr{s.inputs, s.outputs} {
		for i := range values {
			s.rt.release(releaseValue, &values[i])
		}
	}
	for _, name := range append(s.inputNames, s.outputNames...) {
		// AllocatorFree fails only for a null allocator.
		_ = s.rt.call(allocatorFree, s.rt.allocator, name)
	}
	s.inputNames, s.outputNames = nil, nil
	s.rt.release(releaseSession, &s.handle)
}

// aligned returns n zeros that start at a multiple of 64 bytes.
func aligned[T float32 | uint8](n int) []T {
	size := int(unsafe.Sizeof(*new(T)))
	buffer := make([]T, n+64/size)
	misplaced := int(uintptr(unsafe.Pointer(unsafe.SliceData(buffer)))%64) / size
	start := (64/size - misplaced) % (64 / size)
	return buffer[start : start+n : start+n]
}
