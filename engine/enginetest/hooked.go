package enginetest

import (
	"context"

	"fbnas/engine"
)

// Hooked is an engine that reports every run of its programs to Ran: the program,
// its state, its feeds and its results. Ran must copy what it keeps.
type Hooked struct {
	engine.Engine
	Ran func(p *engine.Program, s engine.State, feeds engine.Feeds, results engine.Results)
}

// Compile wraps the engine's runner.
func (w Hooked) Compile(p *engine.Program, s engine.State) (engine.Runner, error) {
	run, err := w.Engine.Compile(p, s)
	return hookedRunner{run, func(feeds engine.Feeds, results engine.Results) { w.Ran(p, s, feeds, results) }}, err
}

type hookedRunner struct {
	engine.Runner
	ran func(feeds engine.Feeds, results engine.Results)
}

func (w hookedRunner) Run(ctx context.Context, feeds engine.Feeds) (engine.Results, error) {
	results, err := w.Runner.Run(ctx, feeds)
	if err == nil {
		w.ran(feeds, results)
	}
	return results, err
}
