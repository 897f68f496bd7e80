package ort

import (
	"errors"
	"fmt"
	"reflect"
	"runtime"
	"sync"

	ortgo "github.com/yalue/onnxruntime_go"

	"fbnas/engine/ort/native"
	"fbnas/internal/fault"
)

// Options of an engine.
type Options struct {
	Library  string   // path of ONNX Runtime's shared library
	Threads  int      // for each operator; 0 means all cores
	Dialect  Dialect  // of an engine's programs; "" is Auto
	Provider Provider // computes the programs; "" is CPU
	// Cache is a folder that remembers the block of this processor's kernels;
	// "" probes once per process.
	Cache string
	// profile is the prefix of the files to which closing sessions write their
	// profile; "" for none.
	profile string
}

func (o Options) threads() int {
	if o.Threads > 0 {
		return o.Threads
	}
	return runtime.NumCPU()
}

// environment is the process's one ONNX Runtime: the library is loaded once,
// and every session takes its memory from one arena.
var environment struct {
	sync.Mutex
	library string
}

func load(library string) error {
	environment.Lock()
	defer environment.Unlock()
	switch {
	case library == "":
		return fault.New(fault.Usage, "Run `fbnas setup`, or set FBNAS_ORT_LIB to a library.", "ort: no ONNX Runtime library is given")
	case environment.library == library:
		return nil
	case environment.library != "":
		return fmt.Errorf("ort: %s is loaded; a process cannot load %s beside it", environment.library, library)
	}
	ortgo.SetSharedLibraryPath(library)
	if err := ortgo.InitializeEnvironment(ortgo.WithLogLevelError()); err != nil {
		return fault.New(fault.Failure, "Run `fbnas doctor`; `fbnas setup` fetches a runtime that fits; set FBNAS_ORT_LIB to use another (1.24 or newer).",
			"load ONNX Runtime from %s: %w", library, err)
	}
	if err := shareArena(); err != nil {
		return errors.Join(fmt.Errorf("ort: share one arena: %w", err), ortgo.DestroyEnvironment())
	}
	if err := native.Open(library); err != nil {
		return errors.Join(fmt.Errorf("ort: %w", err), ortgo.DestroyEnvironment())
	}
	environment.library = library
	return nil
}

func shareArena() error {
	info, err := ortgo.GetMemoryInfo()
	if err != nil {
		return err
	}
	// Extend as requested: doubling would reserve up to twice what a step needs.
	arena, err := ortgo.NewArenaCfg(0, 1, -1, -1)
	if err != nil {
		return err
	}
	defer arena.Destroy()
	return ortgo.CreateAndRegisterAllocator(info, arena)
}

// addNative makes our own operators known to sessions opened with options. The
// binding has no call for it, and does not export the runtime's handle.
func addNative(options *ortgo.SessionOptions) error {
	handle := reflect.ValueOf(options).Elem().FieldByName("o")
	if handle.Kind() != reflect.Pointer {
		return errors.New("the binding's session options have no handle where they had one")
	}
	return native.Add(handle.UnsafePointer())
}
