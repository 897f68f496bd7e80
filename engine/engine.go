package engine

import (
	"context"
	"slices"
)

// Engine makes states and compiles programs against them. How a state is stored in
// memory (buffers, alignment, padding, layout) is private to the engine; by
// name, the states of all engines are alike.
type Engine interface {
	// NewState makes a state of zeros.
	NewState(specs []Spec) (State, error)
	// Compile prepares p to run on s, which must be of this engine. Several
	// programs share one state.
	Compile(p *Program, s State) (Runner, error)
	// Close frees the engine after its states and runners were closed.
	Close() error
}

// State holds named tensors between runs. It is not safe for use by several
// goroutines.
type State interface {
	Specs() []Spec
	// Get copies the tensor out, row-major. float64 holds every engine's
	// numbers exactly, so that Set(Get) changes no bit.
	Get(name string) ([]float64, error)
	Set(name string, values []float64) error
	Close() error
}

// Runner is a compiled program.
type Runner interface {
	// Run computes the program once. The writes are committed together after
	// everything was computed: a run that fails or is interrupted leaves the
	// state as it was. Returned slices are valid until the next Run.
	Run(ctx context.Context, feeds Feeds) (Results, error)
	Close() error
}

// Feed is one tensor given to a run, row-major: floats or integers, as the
// program's input says; bytes only if an ONNX file takes pixels. The engine
// only reads it, and only during Run.
type Feed struct {
	Floats []float32
	Ints   []int64
	Bytes  []uint8
}

// Feeds are a run's feeds by name.
type Feeds map[string]Feed

// Scalar feeds one number.
func Scalar(v float64) Feed { return Feed{Floats: []float32{float32(v)}} }

// Floats feeds a tensor of numbers.
func Floats(v []float32) Feed { return Feed{Floats: v} }

// Ints feeds a tensor of integers.
func Ints(v []int64) Feed { return Feed{Ints: v} }

// Bytes feeds a tensor of pixels.
func Bytes(v []uint8) Feed { return Feed{Bytes: v} }

// Results are a run's returned tensors by name.
type Results map[string][]float64

// Argmax is the index of the largest value, the first of several: the class
// that logits predict. It is -1 if there is no value, or one is NaN.
func Argmax(values []float64) int {
	if len(values) == 0 {
		return -1
	}
	return slices.Index(values, slices.Max(values))
}
