package train

import (
	"context"
	"errors"

	"fbnas/engine"
)

// Evaluator computes the logits of a trained network: its evaluation program
// on a state of its own.
type Evaluator struct {
	run   engine.Runner
	state engine.State
}

// Evaluator compiles the network for batches of that many images, which are
// fed as Images; the result is Logits.
func (w Weights) Evaluator(e engine.Engine, batch int) (*Evaluator, error) {
	blocks, err := w.Arch.Resolve()
	if err != nil {
		return nil, err
	}
	net := Fixed(blocks)
	state, err := e.NewState(net.Specs())
	if err != nil {
		return nil, err
	}
	if err := net.SetValues(state, w.Values); err != nil {
		return nil, errors.Join(err, state.Close())
	}
	in := w.Arch.Input
	run, err := e.Compile(net.Evaluate(Shape{batch, in.Channels, in.Height, in.Width}), state)
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
