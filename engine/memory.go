package engine

import (
	"errors"
	"fmt"
)

// Memory is what a state and the programs on it take, in bytes, beside what
// the process has already.
type Memory struct {
	State    int64
	Values   int64  // between operators, as much as is ever held at once
	Feeds    int64  // what programs are fed and return
	Programs int64  // the programs themselves, with their constants
	At       string // the operator at which most values live
}

// Total is all of it.
func (m Memory) Total() int64 { return m.State + m.Values + m.Feeds + m.Programs }

// Estimator is an engine that knows what programs will take before it has
// compiled them.
type Estimator interface {
	// Memory is for programs that run in turns on a state of these specs. The
	// error wraps errors.ErrUnsupported where the engine cannot tell.
	Memory(specs []Spec, programs ...*Program) (Memory, error)
}

// MemoryOf asks an engine; the error wraps errors.ErrUnsupported where it
// cannot tell.
func MemoryOf(e Engine, specs []Spec, programs ...*Program) (Memory, error) {
	estimator, ok := e.(Estimator)
	if !ok {
		return Memory{}, fmt.Errorf("the memory that programs take in %T: %w", e, errors.ErrUnsupported)
	}
	return estimator.Memory(specs, programs...)
}
