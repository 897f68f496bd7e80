package train

import (
	"fmt"
	"math"
	"slices"

	"fbnas/engine"
	"fbnas/internal/convert"
	"fbnas/internal/fault"
	"fbnas/internal/rundir"
	"fbnas/internal/safetensors"
)

// timingKey is where a checkpoint stores how long its steps took.
const timingKey = "timing"

// Save stores a state completely and exactly as the checkpoint after `done`
// steps. It refuses a state that is no longer finite, so that the checkpoint
// before it stays the one to resume from.
func Save(dir *rundir.Dir, state engine.State, done int, t Timing) error {
	c := rundir.Checkpoint{Step: done}
	if err := c.Put(timingKey, t); err != nil {
		return err
	}
	for _, spec := range state.Specs() {
		v, err := state.Get(spec.Name)
		if err != nil {
			return err
		}
		if i := slices.IndexFunc(v, func(x float64) bool { return math.IsNaN(x) || math.IsInf(x, 0) }); i >= 0 {
			return diverged(fmt.Sprintf("%s holds %g after step %d", spec.Name, v[i], done))
		}
		c.Tensors = append(c.Tensors, safetensors.Tensor{Name: spec.Name, Shape: spec.Shape, Data: exact(v)})
	}
	return dir.Save(c)
}

// exact is F32 if that represents every value, and otherwise F64.
func exact(v []float64) any {
	for _, x := range v {
		if float64(float32(x)) != x {
			return v
		}
	}
	return convert.Slice[float32](v)
}

// Restore loads a checkpoint into a state with the same tensors and returns the
// number of finished steps and how long they took.
func Restore(c *rundir.Checkpoint, state engine.State) (done int, t Timing, err error) {
	if err := c.Get(timingKey, &t); err != nil {
		return 0, t, mismatch(err)
	}
	specs := state.Specs()
	if len(c.Tensors) != len(specs) {
		return 0, t, mismatch(fmt.Errorf("it has %d tensors, this network has %d", len(c.Tensors), len(specs)))
	}
	for i, tensor := range c.Tensors {
		if want := specs[i]; tensor.Name != want.Name || !want.Shape.Equal(tensor.Shape) {
			return 0, t, mismatch(fmt.Errorf("it has %s %v where this network has %s %v", tensor.Name, tensor.Shape, want.Name, want.Shape))
		}
		values, err := floats(tensor)
		if err != nil {
			return 0, t, mismatch(err)
		}
		if err := state.Set(tensor.Name, values); err != nil {
			return 0, t, mismatch(err)
		}
	}
	return c.Step, t, nil
}

func floats(t safetensors.Tensor) ([]float64, error) {
	switch data := t.Data.(type) {
	case []float32:
		return convert.Slice[float64](data), nil
	case []float64:
		return data, nil
	}
	return nil, fmt.Errorf("%s holds %T", t.Name, t.Data)
}

func mismatch(err error) error {
	return fault.New(fault.Failure, "Resume the run with the architecture and options that it was started with, or start a new run.",
		"the checkpoint does not fit: %w", err)
}
