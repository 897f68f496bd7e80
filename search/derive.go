package search

import (
	"math"
	"slices"

	"fbnas/internal/fault"
	"fbnas/models"
)

// resolution of costs when deriving: every layer's cost is rounded up to this
// part of the limit.
const resolution = 4000

// Window is the part of a limit that a derived network uses: without a lower
// bound the likeliest network may leave much of the budget unused.
const Window = 0.95

// Candidate is one derived architecture.
type Candidate struct {
	Selection models.Selection
	Cost      float64 // exact, in the cost's unit
	LogP      float64 // of the selection under the choices' distribution
	InWindow  bool    // costs at least Window of the limit
}

// Derive returns up to k architectures that cost at most limit, the likeliest
// first, those inside the window before all others. probabilities are those of
// every choice. It is exact up to the rounding of costs: a Viterbi pass over
// the layers whose state is the width that leaves a layer and the cost so far.
//
// The error has the code fault.Target when nothing meets the limit.
func (c *Costs) Derive(probabilities [][]float64, limit float64, k int) ([]Candidate, error) {
	smallest, largest := c.Bounds()
	if limit < smallest {
		return nil, fault.New(fault.Target, "Choose a limit between these two, or a space with smaller options.",
			"no architecture of space %s costs at most %.6g %s: the smallest costs %.6g, the largest %.6g",
			c.Space.Name, limit, c.Cost.Unit(), smallest, largest)
	}
	v := newViterbi(c, probabilities, limit, k)
	for i := range c.Layers {
		v.step(&c.Layers[i])
	}
	candidates := v.candidates()
	if len(candidates) == 0 { // only what rounding the costs up has lost
		return nil, fault.New(fault.Target, "Choose a limit a little higher.",
			"the limit %.6g %s is too close to the smallest architecture of space %s, %.6g", limit, c.Cost.Unit(), c.Space.Name, smallest)
	}
	return candidates[:min(k, len(candidates))], nil
}

// Bounds are the exact costs of the cheapest and the dearest architecture.
func (c *Costs) Bounds() (smallest, largest float64) {
	return c.extreme(func(a, b float64) bool { return a < b }), c.extreme(func(a, b float64) bool { return a > b })
}

func (c *Costs) extreme(better func(a, b float64) bool) float64 {
	best := []float64{0} // by the option of the width that leaves the layer
	for i := range c.Layers {
		l := &c.Layers[i]
		next := make([]float64, len(l.Layer.Out.Options))
		for o := range next {
			next[o] = math.NaN()
		}
		for in, before := range best {
			for _, out := range l.outgoing(in) {
				for _, w := range l.ways(c.choices, in, out, nil) {
					if total := before + w.cost; math.IsNaN(next[out]) || better(total, next[out]) {
						next[out] = total
					}
				}
			}
		}
		best = next
	}
	result := math.NaN()
	for _, v := range best {
		if math.IsNaN(result) || better(v, result) {
			result = v
		}
	}
	return result + c.Cost.Base()
}

// outgoing lists the options of the width that may leave the layer when the
// width `in` enters: the same one where the two are tied.
func (l *LayerCost) outgoing(in int) []int {
	if l.Layer.Tied() {
		return []int{in}
	}
	all := make([]int, len(l.Layer.Out.Options))
	for o := range all {
		all[o] = o
	}
	return all
}

// way is one decision of the choices that only one layer depends on.
type way struct {
	selection models.Selection // of those choices; others are 0
	cost      float64          // of the layer
	logp      float64
}

// private lists the layer's choices that are neither of its widths.
func (l *LayerCost) private() []int {
	return slices.DeleteFunc(slices.Clone(l.Choices), func(i int) bool {
		return i == l.Layer.In.Choice || i == l.Layer.Out.Choice
	})
}

// ways lists the decisions of a layer between two widths, excluded ones left
// out. logp may be nil.
func (l *LayerCost) ways(choices []models.Choice, in, out int, logp [][]float64) []way {
	inner := LayerCost{Choices: l.private()}
	var list []way
	for at := range inner.size(choices) {
		w := way{selection: inner.selection(choices, at)}
		if w.cost = l.Values[l.index(choices, l.between(w.selection, in, out))]; math.IsNaN(w.cost) {
			continue
		}
		for _, i := range inner.Choices {
			if logp != nil {
				w.logp += logp[i][w.selection[i]]
			}
		}
		list = append(list, w)
	}
	return list
}

// between is a selection with the layer's widths filled in.
func (l *LayerCost) between(sel models.Selection, in, out int) models.Selection {
	full := slices.Clone(sel)
	if c := l.Layer.In.Choice; c != models.Fixed {
		full[c] = in
	}
	if c := l.Layer.Out.Choice; c != models.Fixed {
		full[c] = out
	}
	return full
}
