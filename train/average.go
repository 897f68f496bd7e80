package train

import (
	"fmt"

	"fbnas/engine"
	"fbnas/graph"
	"fbnas/models"
)

// averageWeight is the feed [1] with the weight of a step's values in the
// averages.
const averageWeight = "average_weight"

// averageOf is the state that has the moving average of a parameter or of a
// running statistic.
func averageOf(name string) string { return "average/" + name }

// averages reports whether there is an average of a parameter or of a running
// statistic.
func (n Network) averages(p models.Param) bool { return n.averaged && !n.freeze.Has(p.Name) }

// average adds writes to a weight step that move each average towards the new
// value.
func (n Network) average(g *graph.Graph, writes []engine.Binding) []engine.Binding {
	next := map[string]*graph.Node{}
	for _, w := range writes {
		next[w.Name] = w.Node
	}
	for _, p := range n.Params {
		if n.averages(p) {
			old := g.Input(averageOf(p.Name), graph.Float, p.Shape...)
			writes = append(writes, movedTowards(g, old, next[p.Name], g.Input(averageWeight, graph.Float, 1)))
		}
	}
	return writes
}

// movedTowards writes old, a state, moved towards value by a weight [1].
func movedTowards(g *graph.Graph, old, value, weight *graph.Node) engine.Binding {
	return engine.Binding{Name: old.Name, Node: g.Add(old, g.Mul(weight, g.Sub(value, old)))}
}

// averageFeed is the weight of step t, counted from 0, for a decay: at first
// averages forget their starting values faster.
func averageFeed(decay float64, t int) engine.Feed {
	return engine.Scalar(1 - min(decay, (1+float64(t))/(10+float64(t))))
}

// UseAverages replaces values by their averages, where the network has them.
func (n Network) UseAverages(s engine.State) error {
	for _, p := range n.Params {
		if !n.averages(p) {
			continue
		}
		v, err := s.Get(averageOf(p.Name))
		if err == nil {
			err = s.Set(p.Name, v)
		}
		if err != nil {
			return fmt.Errorf("use the average of %s: %w", p.Name, err)
		}
	}
	return nil
}
