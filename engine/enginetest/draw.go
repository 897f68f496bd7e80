package enginetest

import (
	"math"
	"math/rand/v2"
	"slices"

	"fbnas/graph"
	"fbnas/internal/random"
)

// Draw makes the case's inputs, which are always the same for the same case.
func (c Case) Draw(g *graph.Graph) map[string][]float64 {
	inputs := map[string][]float64{}
	for _, n := range g.Nodes() {
		if n.Op == graph.Input {
			inputs[n.Name] = c.draw(random.New(1, c.Name+", "+n.Name), n)
		}
	}
	return inputs
}

func (c Case) draw(r *rand.Rand, n *graph.Node) []float64 {
	v := make([]float64, n.Shape.Len())
	for i := range v {
		switch {
		case n.DType == graph.Int:
			v[i] = float64(r.IntN(4))
		case c.Distinct:
			v[i] = 3 * Margin * float64(i)
		case c.Positive:
			v[i] = 0.5 + 2*r.Float64()
		default:
			v[i] = awayFrom(r, c.Kinks)
		}
	}
	if c.Distinct {
		r.Shuffle(len(v), func(i, j int) { v[i], v[j] = v[j], v[i] })
	}
	return v
}

func awayFrom(r *rand.Rand, kinks []float64) float64 {
	for {
		x := 1.2 * r.NormFloat64()
		if !slices.ContainsFunc(kinks, func(k float64) bool { return math.Abs(x-k) < Margin }) {
			return x
		}
	}
}
