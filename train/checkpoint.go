package train

import (
	"fmt"

	"fbnas/engine"
	"fbnas/internal/fault"
	"fbnas/internal/rundir"
	"fbnas/internal/safetensors"
)

// Save stores a state, all of it and exactly, as the checkpoint after `done`
// steps.
func Save(dir *rundir.Dir, state engine.State, done int) error {
	c := rundir.Checkpoint{Step: done}
	for _, spec := range state.Specs() {
		v, err := state.Get(spec.Name)
		if err != nil {
			return err
		}
		c.Tensors = append(c.Tensors, safetensors.Tensor{Name: spec.Name, Shape: spec.Shape, Data: exact(v)})
	}
	return dir.Save(c)
}

// exact is F32 where that holds every value, F64 otherwise.
func exact(v []float64) any {
	for _, x := range v {
		if float64(float32(x)) != x && x == x {
			return v
		}
	}
	return narrow(v)
}

// Restore puts a checkpoint into a state of the same tensors and returns the
// number of steps done.
func Restore(c *rundir.Checkpoint, state engine.State) (int, error) {
	specs := state.Specs()
	if len(c.Tensors) != len(specs) {
		return 0, mismatch(fmt.Errorf("it has %d tensors, this network %d", len(c.Tensors), len(specs)))
	}
	for i, t := range c.Tensors {
		if t.Name != specs[i].Name || !specs[i].Shape.Equal(t.Shape) {
			return 0, mismatch(fmt.Errorf("it has %s %v where this network has %s %v", t.Name, t.Shape, specs[i].Name, specs[i].Shape))
		}
		values, err := floats(t)
		if err != nil {
			return 0, mismatch(err)
		}
		if err := state.Set(t.Name, values); err != nil {
			return 0, mismatch(err)
		}
	}
	return c.Step, nil
}

func floats(t safetensors.Tensor) ([]float64, error) {
	switch data := t.Data.(type) {
	case []float32:
		return widen(data), nil
	case []float64:
		return data, nil
	}
	return nil, fmt.Errorf("%s holds %T", t.Name, t.Data)
}

func mismatch(err error) error {
	return fault.New(fault.Failure, "Resume the run with the architecture and options that it was started with, or start another.",
		"the checkpoint does not fit: %w", err)
}
