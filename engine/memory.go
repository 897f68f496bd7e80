package engine

import (
	"errors"
	"fmt"
)

// Memory is what a state and the programs on it take, in bytes, in addition to
// what the process uses already.
type Memory struct {
	State    int64
	Values   int64  // between operators, the largest amount held at once
	Feeds    int64  // inputs and results of programs
	Programs int64  // the programs themselves, with their constants
	At       string // the operator at which most values are alive
}

// Total is all of it.
func (m Memory) Total() int64 { return m.State + m.Values + m.Feeds + m.Programs }

// Estimator is an engine that can predict the memory of programs before it
// compiles them.
type Estimator interface {
	// Memory is for programs that run in turns on a state of these specs. The
	// error wraps errors.ErrUnsupported if the engine cannot estimate it.
	Memory(specs []Spec, programs ...*Program) (Memory, error)
}

// MemoryOf asks an engine; the error wraps errors.ErrUnsupported if it
// cannot estimate it.
func MemoryOf(e Engine, specs []Spec, programs ...*Program) (Memory, error) {
	estimator, ok := e.(Estimator)
	if !ok {
		return Memory{}, fmt.Errorf("the memory that programs take in %T: %w", e, errors.ErrUnsupported)
	}
	return estimator.Memory(specs, programs...)
}
