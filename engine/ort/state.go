package ort

import (
	"fmt"

	ortgo "github.com/yalue/onnxruntime_go"

	"fbnas/engine"
	"fbnas/graph"
	"fbnas/internal/convert"
)

// state keeps two buffers for each tensor: programs read `now` and write `next`, and
// a successful run swaps the pairs that it wrote.
type state struct {
	specs []engine.Spec
	pairs map[string]*pair
}

type pair struct {
	shape     graph.Shape
	now, next buffer
}

// buffer is a tensor of a state in the memory of the engine's provider.
type buffer interface {
	ort() ortgo.Value
	read() ([]float32, error) // valid until the next write
	write([]float32) error
	close()
}

// newBuffer makes a buffer of undefined values.
func (e *Engine) newBuffer(shape graph.Shape) (buffer, error) {
	if e.device != nil {
		return newDeviceTensor(e.device, shape)
	}
	return newTensor(graph.Float, shape)
}

// NewState makes a state of zeros in the provider's memory.
func (e *Engine) NewState(specs []engine.Spec) (engine.State, error) {
	s := &state{specs: specs, pairs: map[string]*pair{}}
	for _, spec := range specs {
		p, err := e.newPair(spec.Shape)
		if err != nil {
			s.Close()
			return nil, fmt.Errorf("ort: state %s: %w", spec.Name, err)
		}
		s.pairs[spec.Name] = p
	}
	return s, nil
}

func (e *Engine) newPair(shape graph.Shape) (*pair, error) {
	now, err := e.newBuffer(shape)
	if err != nil {
		return nil, err
	}
	next, err := e.newBuffer(shape)
	if err == nil {
		if err = now.write(make([]float32, shape.Len())); err == nil {
			return &pair{shape, now, next}, nil
		}
		next.close()
	}
	now.close()
	return nil, err
}

func (s *state) Specs() []engine.Spec { return s.specs }

func (s *state) Get(name string) ([]float64, error) {
	p, ok := s.pairs[name]
	if !ok {
		return nil, fmt.Errorf("ort: the state has no tensor %s", name)
	}
	values, err := p.now.read()
	if err != nil {
		return nil, fmt.Errorf("ort: get %s: %w", name, err)
	}
	return convert.Slice[float64](values), nil
}

func (s *state) Set(name string, values []float64) error {
	p, ok := s.pairs[name]
	if !ok {
		return fmt.Errorf("ort: the state has no tensor %s", name)
	}
	if n := p.shape.Len(); len(values) != n {
		return fmt.Errorf("ort: set %s: %d elements given, the state has %d", name, len(values), n)
	}
	if err := p.now.write(convert.Slice[float32](values)); err != nil {
		return fmt.Errorf("ort: set %s: %w", name, err)
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
