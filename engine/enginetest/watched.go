package enginetest

import (
	"context"

	"fbnas/engine"
)

// Watched is an engine that reports every run of its programs to Ran: the program,
// its state, its feeds and its results. Ran must copy what it keeps.
type Watched struct {
	engine.Engine
	Ran func(p *engine.Program, s engine.State, feeds engine.Feeds, results engine.Results)
}

// Compile wraps the engine's runner.
func (w Watched) Compile(p *engine.Program, s engine.State) (engine.Runner, error) {
	run, err := w.Engine.Compile(p, s)
	return watchedRunner{run, func(feeds engine.Feeds, results engine.Results) { w.Ran(p, s, feeds, results) }}, err
}

type watchedRunner struct {
	engine.Runner
	ran func(feeds engine.Feeds, results engine.Results)
}

func (w watchedRunner) Run(ctx context.Context, feeds engine.Feeds) (engine.Results, error) {
	results, err := w.Runner.Run(ctx, feeds)
	if err == nil {
		w.ran(feeds, results)
	}
	return results, err
}
