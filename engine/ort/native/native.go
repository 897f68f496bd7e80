package native

// #cgo CFLAGS: -fopenmp-simd
// #cgo LDFLAGS: -ldl -lm
// #include <stdlib.h>
// #include "kernels.h"
// #include "register.h"
import "C"

import (
	"errors"
	"fmt"
	"unsafe"
)

// Domain is the operators' domain in a model, version 1.
const Domain = "fbnas"

// Open loads the operators into the runtime of a library, which the process
// has loaded already; once a process, before the first Add.
func Open(library string) error {
	path, domain := C.CString(library), C.CString(Domain)
	defer C.free(unsafe.Pointer(path))
	defer C.free(unsafe.Pointer(domain))
	if err := failure(C.native_open(path, domain)); err != nil {
		return fmt.Errorf("add our operators to %s: %w", library, err)
	}
	return nil
}

// Add makes the operators known to every session that is opened with options,
// an OrtSessionOptions.
func Add(options unsafe.Pointer) error { return failure(C.native_add(options)) }

// Kernels are a set of the operators' inner loops, for a kind of processor.
type Kernels struct {
	Name     string // avx512, avx2 or generic
	Executes bool   // whether this processor executes them
}

// Sets are all sets of kernels that this build has, the fastest first.
func Sets() []Kernels {
	var all []Kernels
	for {
		var executes C.int
		name := C.kernels_at(C.size_t(len(all)), &executes)
		if name == nil {
			return all
		}
		all = append(all, Kernels{C.GoString(name), executes != 0})
	}
}

// InUse names the set that operators use: once Open was called the first that
// this processor executes.
func InUse() string { return C.GoString(C.kernels.name) }

// Use has the operators use a set, for tests, while no session runs; "" is what
// Open chose.
func Use(name string) error {
	var wanted *C.char
	if name != "" {
		wanted = C.CString(name)
		defer C.free(unsafe.Pointer(wanted))
	}
	if C.kernels_use(wanted) == 0 {
		return fmt.Errorf("this processor has no kernels %q", name)
	}
	return nil
}

func failure(message *C.char) error {
	if message == nil {
		return nil
	}
	defer C.free(unsafe.Pointer(message))
	return errors.New(C.GoString(message))
}
