package ortc

import (
	"errors"
	"fmt"
	"unsafe"
)

// Options of a session; the zero value is one thread.
type Options struct {
	Threads int // intra-op threads, the caller among them
	// Profile is the prefix of the file to which the runtime writes its own
	// profile, see EndProfile; "" for none. It makes runs slower.
	Profile string
}

// Settings names every choice in sessions with these options,
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
// once; outputs stay in the same memory in all runs, so that a run
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
	other       []bool // outputs that are not tensors
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
