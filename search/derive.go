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
	if len(candidates) == 0 { // rounding costs up has lost the few that fit
		sel, cost := c.extreme(func(a, b float64) bool { return a < b })
		candidates = append(candidates, Candidate{Selection: sel, Cost: cost, LogP: v.logOf(sel), InWindow: cost >= Window*limit})
	}
	return candidates[:min(k, len(candidates))], nil
}

// Bounds are the exact costs of the cheapest and the dearest architecture.
func (c *Costs) Bounds() (smallest, largest float64) {
	_, smallest = c.extreme(func(a, b float64) bool { return a < b })
	_, largest = c.extreme(func(a, b float64) bool { return a > b })
	return smallest, largest
}

// extreme is the best architecture by cost alone; NaN when there is none.
func (c *Costs) extreme(better func(a, b float64) bool) (models.Selection, float64) {
	type route struct {
		selection models.Selection
		cost      float64
	}
	none := route{cost: math.NaN()}
	improve := func(old *route, r route) {
		if math.IsNaN(old.cost) || better(r.cost, old.cost) {
			*old = r
		}
	}
	best := []route{{make(models.Selection, len(c.choices)), c.Cost.Base()}} // by the width that leaves the layer
	for i := range c.Layers {
		l := &c.Layers[i]
		next := slices.Repeat([]route{none}, len(l.Layer.Out.Options))
		for in, before := range best {
			if math.IsNaN(before.cost) {
				continue // nothing leads to this width
			}
			for _, out := range l.outgoing(in) {
				for _, w := range l.ways(c.choices, in, out, nil) {
					improve(&next[out], route{l.with(before.selection, w.selection, out), before.cost + w.cost})
				}
			}
		}
		best = next
	}
	result := none
	for _, r := range best {
		improve(&result, r)
	}
	return result.selection, result.cost
}

// with is a selection with what a layer decides filled in.
func (l *LayerCost) with(sel, way models.Selection, out int) models.Selection {
	full := slices.Clone(sel)
	for _, i := range l.private() {
		full[i] = way[i]
	}
	if c := l.Layer.Out.Choice; c != models.Fixed {
		full[c] = out
	}
	return full
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
