package ort

import (
	"fmt"

	"fbnas/engine"
	"fbnas/graph"
	"fbnas/internal/convert"
)

// state keeps two buffers a tensor: programs read `now` and write `next`, and
// a run that succeeded swaps the pairs it wrote.
type state struct {
	specs []engine.Spec
	pairs map[string]*pair
}

type pair struct{ now, next *tensor }

// NewState makes a state of zeros on the runtime's side of the wall.
func (e *Engine) NewState(specs []engine.Spec) (engine.State, error) {
	s := &state{specs: specs, pairs: map[string]*pair{}}
	for _, spec := range specs {
		p := &pair{}
		s.pairs[spec.Name] = p
		for _, t := range []**tensor{&p.now, &p.next} {
			var err error
			if *t, err = newTensor(graph.Float, spec.Shape); err != nil {
				s.Close()
				return nil, fmt.Errorf("ort: state %s: %w", spec.Name, err)
			}
		}
	}
	return s, nil
}

func (s *state) Specs() []engine.Spec { return s.specs }

func (s *state) Get(name string) ([]float64, error) {
	p, ok := s.pairs[name]
	if !ok {
		return nil, fmt.Errorf("ort: the state has no tensor %s", name)
	}
	return convert.Slice[float64](p.now.floats), nil
}

func (s *state) Set(name string, values []float64) error {
	p, ok := s.pairs[name]
	if !ok {
		return fmt.Errorf("ort: the state has no tensor %s", name)
	}
	if len(values) != len(p.now.floats) {
		return fmt.Errorf("ort: set %s: %d elements given, the state has %d", name, len(values), len(p.now.floats))
	}
	for i, v := range values {
		p.now.floats[i] = float32(v)
	}
	return nil
}

func (s *state) Close() error {
	for _, p := range s.pairs {
		p.now.close()
		p.next.close()
	}
	s.pairs = nil
	return nil
}
