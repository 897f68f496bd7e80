package train

import (
	"context"
	"errors"
	"maps"

	"fbnas/engine"
	"fbnas/models"
)

// Evaluator computes the logits of a trained network: its evaluation program with
// a state of its own.
type Evaluator struct {
	run   engine.Runner
	state engine.State
}

// NewEvaluator compiles a network with its values, by the names of models.Params,
// for batches of the given size. The feed is Images; the result is Logits.
func NewEvaluator(e engine.Engine, arch models.Arch, values map[string][]float64, batch int) (*Evaluator, error) {
	blocks, err := arch.Resolve()
	if err != nil {
		return nil, err
	}
	net := NetworkOf(blocks)
	state, err := e.NewState(net.Specs())
	if err != nil {
		return nil, err
	}
	if err := net.SetValues(state, values); err != nil {
		return nil, errors.Join(err, state.Close())
	}
	in := arch.Input
	run, err := e.Compile(net.Evaluate(Shape{batch, in}), state)
	if err != nil {
		return nil, errors.Join(err, state.Close())
	}
	return &Evaluator{run, state}, nil
}

// Run computes one batch.
func (v *Evaluator) Run(ctx context.Context, feeds engine.Feeds) (engine.Results, error) {
	return v.run.Run(ctx, feeds)
}

// Close frees the program and its state.
func (v *Evaluator) Close() error { return errors.Join(v.run.Close(), v.state.Close()) }

// Normalise replaces the running statistics by those of batches of equal size,
// each [N,C,H,W] row-major, in values: drawn weights then give
// activations as small as trained ones do. Without it a deep network amplifies
// the rounding of float32 until no two engines agree.
func Normalise(ctx context.Context, e engine.Engine, arch models.Arch, values map[string][]float64, batches [][]float32) error {
	if len(batches) == 0 {
		return errors.New("no batches to take statistics of")
	}
	blocks, err := arch.Resolve()
	if err != nil {
		return err
	}
	net := NetworkOf(blocks)
	state, err := e.NewState(net.Specs())
	if err != nil {
		return err
	}
	defer state.Close()
	if err := net.SetValues(state, values); err != nil {
		return err
	}
	in := arch.Input
	batch := len(batches[0]) / in.Size()
	run, err := e.Compile(net.Recalibrate(Shape{batch, in}), state)
	if err != nil {
		return err
	}
	defer run.Close()
	for i, images := range batches {
		feeds := engine.Feeds{Images: engine.Floats(images), NormMomentum: engine.Scalar(1 / float64(i+1))}
		if _, err := run.Run(ctx, feeds); err != nil {
			return err
		}
	}
	normalised, err := net.Values(state)
	if err == nil {
		maps.Copy(values, normalised)
	}
	return err
}
