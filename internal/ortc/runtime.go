package ortc

import (
	"fmt"
	"strings"
	"unsafe"

	"github.com/ebitengine/purego"
)

// Error is a status that ONNX Runtime returned.
type Error struct {
	Func    string // the C function's name
	Code    int    // OrtErrorCode
	Message string
}

func (e *Error) Error() string {
	return fmt.Sprintf("onnxruntime: %s: %s (code %d)", e.Func, e.Message, e.Code)
}

// Runtime is a loaded library with its one environment. Only one goroutine at a time
// may call its methods and those of its sessions.
type Runtime struct {
	Version string // as the library states it, such as "1.27.0"

	functions []uintptr // struct OrtApi: the library's own memory
	env       uintptr
	memory    uintptr // OrtMemoryInfo of ordinary memory
	allocator uintptr // the default allocator, which owns the names that it returns
}

// Open loads the library at path and creates its environment. Threads that the
// library starts, and the kernels that it chooses for the processor, depend on the calling
// thread: pin it first. A library is never unloaded.
func Open(path string) (*Runtime, error) {
	lib, err := purego.Dlopen(path, purego.RTLD_NOW|purego.RTLD_LOCAL)
	if err != nil {
		return nil, fmt.Errorf("load ONNX Runtime from %s: %w", path, err)
	}
	getBase, err := purego.Dlsym(lib, "OrtGetApiBase")
	if err != nil {
		return nil, fmt.Errorf("load ONNX Runtime from %s: not an ONNX Runtime library: %w", path, err)
	}
	base, _, _ := purego.SyscallN(getBase)
	getAPI := unsafe.Slice((*uintptr)(pointer(base)), 2)
	version, _, _ := purego.SyscallN(getAPI[1])
	rt := &Runtime{Version: goString(version)}
	table, _, _ := purego.SyscallN(getAPI[0], apiVersion)
	if table == 0 {
		return nil, fmt.Errorf("load ONNX Runtime from %s: version %s is too old: 1.%d or later is needed", path, rt.Version, apiVersion)
	}
	rt.functions = unsafe.Slice((*uintptr)(pointer(table)), entries)
	if err := rt.start(); err != nil {
		rt.Close()
		return nil, fmt.Errorf("load ONNX Runtime from %s: %w", path, err)
	}
	return rt, nil
}

func (rt *Runtime) start() error {
	const warnings = 2
	id := cString("fbnas")
	if err := rt.call(createEnv, warnings, uintptr(unsafe.Pointer(id)), uintptr(unsafe.Pointer(&rt.env))); err != nil {
		return err
	}
	const deviceAllocator, defaultMemory = 0, 0
	if err := rt.call(createCPUMemoryInfo, deviceAllocator, defaultMemory, uintptr(unsafe.Pointer(&rt.memory))); err != nil {
		return err
	}
	return rt.call(getAllocatorWithDefaultOptions, uintptr(unsafe.Pointer(&rt.allocator)))
}

// Close releases the environment; every session must have been closed.
func (rt *Runtime) Close() {
	rt.release(releaseMemoryInfo, &rt.memory)
	rt.release(releaseEnv, &rt.env)
}

// Providers lists the execution providers that the library was built with.
func (rt *Runtime) Providers() ([]string, error) {
	var list uintptr
	var count int32
	if err := rt.call(getAvailableProviders, uintptr(unsafe.Pointer(&list)), uintptr(unsafe.Pointer(&count))); err != nil {
		return nil, err
	}
	var out []string
	for _, name := range unsafe.Slice((*uintptr)(pointer(list)), count) {
		out = append(out, goString(name))
	}
	return out, rt.call(releaseAvailableProviders, list, uintptr(count))
}

// call calls a function that returns an OrtStatus. Arguments converted from
// pointers in the call itself escape to the heap and stay alive during it.
//
//go:uintptrescapes
func (rt *Runtime) call(f entry, args ...uintptr) error {
	status, _, _ := purego.SyscallN(rt.functions[f], args...)
	if status == 0 {
		return nil
	}
	code, _, _ := purego.SyscallN(rt.functions[getErrorCode], status)
	address, _, _ := purego.SyscallN(rt.functions[getErrorMessage], status)
	message := goString(address)
	if _, said, ok := strings.Cut(message, "[ONNXRuntimeError] : "); ok { // after a place in its sources
		message = said
	}
	err := &Error{Func: names[f], Code: int(int32(code)), Message: strings.TrimSpace(message)}
	purego.SyscallN(rt.functions[releaseStatus], status)
	return err
}

// Nothing calls a function of the runtime that does nothing, to measure the cost of
// a call.
func (rt *Runtime) Nothing() { purego.SyscallN(rt.functions[releaseStatus], 0) }

func (rt *Runtime) release(f entry, handle *uintptr) {
	if *handle != 0 {
		purego.SyscallN(rt.functions[f], *handle)
		*handle = 0
	}
}

// pointer turns an address from C into a pointer. It goes through
// memory because vet warns of a direct conversion: the address is not
// in Go's heap, so the collector's rules do not apply.
func pointer(address uintptr) unsafe.Pointer {
	return *(*unsafe.Pointer)(unsafe.Pointer(&address))
}

func cString(s string) *byte {
	return unsafe.SliceData(append([]byte(s), 0))
}

func goString(address uintptr) string {
	if address == 0 {
		return ""
	}
	n := 0
	for *(*byte)(unsafe.Add(pointer(address), n)) != 0 {
		n++
	}
	return string(unsafe.Slice((*byte)(pointer(address)), n))
}
