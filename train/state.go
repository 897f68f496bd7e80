package train

import (
	"fmt"
	"math"

	"fbnas/engine"
	"fbnas/graph"
	"fbnas/internal/random"
	"fbnas/models"
)

// Specs lists the state of a network in training: parameters, running statistics,
// momenta and averages.
func (n Network) Specs() []engine.Spec {
	var specs []engine.Spec
	for _, p := range n.Params {
		specs = append(specs, engine.Spec{Name: p.Name, Shape: p.Shape})
		if n.trains(p) {
			specs = append(specs, engine.Spec{Name: momentumOf(p.Name), Shape: p.Shape})
		}
		if n.averages(p) {
			specs = append(specs, engine.Spec{Name: averageOf(p.Name), Shape: p.Shape})
		}
	}
	return specs
}

// Initialise draws the parameters' starting values, a function of only the seed
// and each parameter's name.
func (n Network) Initialise(s engine.State, seed uint64) error {
	return n.InitialiseFrom(s, nil, seed)
}

// InitialiseFrom sets parameters and running statistics to the given values, and
// draws the others.
func (n Network) InitialiseFrom(s engine.State, values map[string][]float64, seed uint64) error {
	all := map[string][]float64{}
	for _, p := range n.Params {
		v, ok := values[p.Name]
		if !ok {
			v = InitialValues(p, seed)
		}
		all[p.Name] = v
	}
	return n.SetValues(s, all)
}

// InitialValues draws one parameter (docs/background/networks.md, "Starting
// values").
func InitialValues(p models.Param, seed uint64) []float64 {
	v := make([]float64, graph.Shape(p.Shape).Len())
	r := random.New(seed, "initialise "+p.Name)
	for i := range v {
		switch p.Init {
		case models.InitHe:
			v[i] = r.NormFloat64() * math.Sqrt(2/float64(p.FanOut))
		case models.InitUniform:
			v[i] = (2*r.Float64() - 1) / math.Sqrt(float64(p.FanIn))
		case models.InitOne:
			v[i] = 1
		}
	}
	return v
}

// Values copies the network's parameters and running statistics out of a state.
func (n Network) Values(s engine.State) (map[string][]float64, error) {
	values := map[string][]float64{}
	for _, p := range n.Params {
		v, err := s.Get(p.Name)
		if err != nil {
			return nil, err
		}
		values[p.Name] = v
	}
	return values, nil
}

// SetValues sets parameters and running statistics in a state, and their averages
// too; momenta stay unchanged.
func (n Network) SetValues(s engine.State, values map[string][]float64) error {
	for _, p := range n.Params {
		v, ok := values[p.Name]
		if !ok {
			return fmt.Errorf("weights: %s is missing", p.Name)
		}
		err := s.Set(p.Name, v)
		if err == nil && n.averages(p) {
			err = s.Set(averageOf(p.Name), v)
		}
		if err != nil {
			return fmt.Errorf("weights: %w", err)
		}
	}
	return nil
}
