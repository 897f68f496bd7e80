package native

// #cgo CFLAGS: -fopenmp-simd
// #cgo LDFLAGS: -ldl -lm
// #include <stdlib.h>
// #include "register.h"
import "C"

import (
	"errors"
	"fmt"
	"unsafe"
)

// Domain is the operators' domain in a model, version 1.
const Domain = "fbnas"

// Open loads the operators into the runtime of a library that the process
// has loaded already; once per process, before the first Add.
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

func failure(message *C.char) error {
	if message == nil {
		return nil
	}
	defer C.free(unsafe.Pointer(message))
	return errors.New(C.GoString(message))
}
