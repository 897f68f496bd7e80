package interp

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"fbnas/engine"
	"fbnas/graph"
	"fbnas/internal/convert"
)

// Engine runs programs in float64.
type Engine struct{}

var _ engine.Engine = Engine{}

// NewState makes a state of zeros.
func (Engine) NewState(specs []engine.Spec) (engine.State, error) {
	s := &state{specs: specs, values: map[string][]float64{}}
	for _, spec := range specs {
		s.values[spec.Name] = make([]float64, spec.Shape.Len())
	}
	return s, nil
}

// Compile resolves p against s.
func (Engine) Compile(p *engine.Program, s engine.State) (engine.Runner, error) {
	own, ok := s.(*state)
	if !ok {
		return nil, fmt.Errorf("interp: program %s: the state belongs to another engine", p.Name)
	}
	face, err := p.Resolve(s.Specs())
	if err != nil {
		return nil, err
	}
	return &runner{program: p, face: face, state: own}, nil
}

// Close does nothing.
func (Engine) Close() error { return nil }

type state struct {
	specs  []engine.Spec
	values map[string][]float64
}

func (s *state) Specs() []engine.Spec { return s.specs }
func (s *state) Close() error         { return nil }

func (s *state) Get(name string) ([]float64, error) {
	v, ok := s.values[name]
	if !ok {
		return nil, fmt.Errorf("interp: the state has no tensor %s", name)
	}
	return slices.Clone(v), nil
}

func (s *state) Set(name string, values []float64) error {
	if old, ok := s.values[name]; !ok || len(old) != len(values) {
		return fmt.Errorf("interp: set %s: %d elements given, the state has %d", name, len(values), len(old))
	}
	s.values[name] = slices.Clone(values)
	return nil
}

type runner struct {
	program *engine.Program
	face    engine.Interface
	state   *state
}

func (r *runner) Close() error { return nil }

func (r *runner) Run(ctx context.Context, feeds engine.Feeds) (engine.Results, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if err := r.face.CheckFeeds(feeds); err != nil {
		return nil, fmt.Errorf("interp: program %s: %w", r.program.Name, err)
	}
	inputs := map[string][]float64{}
	for _, n := range r.face.Reads {
		inputs[n.Name] = r.state.values[n.Name]
	}
	for _, n := range r.face.Feeds {
		inputs[n.Name] = widen(feeds[n.Name], n.DType)
	}
	values, err := Eval(r.program.Outputs(), inputs)
	if err := errors.Join(err, ctx.Err()); err != nil {
		return nil, err
	}
	results := engine.Results{}
	for i, b := range r.program.Returns {
		results[b.Name] = slices.Clone(values[len(r.program.Writes)+i])
	}
	for i, b := range r.program.Writes {
		r.state.values[b.Name] = slices.Clone(values[i])
	}
	return results, nil
}

func widen(f engine.Feed, t graph.DType) []float64 {
	if t == graph.Int {
		return convert.Slice[float64](f.Ints)
	}
	return convert.Slice[float64](f.Floats)
}
