package search

import (
	"cmp"
	"context"
	"math"
	"slices"

	"fbnas/internal/fault"
	"fbnas/models"
)

// resolution: every layer's cost is rounded up to a multiple of limit/resolution
// when deriving.
const resolution = 4000

// Window is the part of a limit that a derived network should use at least:
// otherwise the likeliest network may leave much of the budget unused.
const Window = 0.95

// Candidate is one derived architecture.
type Candidate struct {
	Selection models.Selection // Canonical
	Cost      float64          // exact, in the cost's unit
	LogP      float64          // of the network under the choices' distribution
	InWindow  bool             // costs at least Window of the limit
}

// Derive returns up to k distinct architectures that cost at most limit, the
// likeliest first, but those inside the window before all others. probabilities
// has those of every choice. The result is exact up to the rounding of costs: a
// Viterbi pass over the layers, whose state is the width that enters a layer and
// the remaining budget, is followed by a best-first search through its table
// (docs/decisions/derivation.md). progress, which may be nil, is told how many
// layers are done.
//
// The error has the code fault.Target when nothing meets the limit.
func (c *Costs) Derive(ctx context.Context, probabilities [][]float64, limit float64, k int, progress func(done, total int)) ([]Candidate, error) {
	smallest, largest := c.Bounds()
	if limit < smallest {
		return nil, fault.New(fault.Target, "Choose a limit between these two, or a space with smaller options.",
			"no architecture of space %s costs at most %.6g %s: the smallest costs %s, the largest %.6g",
			c.Space.Name, limit, unitText(c.Cost), Least(smallest, 0), largest)
	}
	v := newViterbi(c, logsOf(probabilities), limit)
	v.onProgress = progress
	candidates, err := v.likeliest(ctx, k)
	if err != nil {
		return nil, err
	}
	v.advance(2*len(v.transitions) - v.done)
	if len(candidates) == 0 { // rounding up has moved the few that fit beyond the limit
		sel, cost := c.extreme(func(a, b float64) bool { return a < b })
		candidates = append(candidates, Candidate{Selection: sel, Cost: cost, LogP: v.logOf(sel), InWindow: cost >= Window*limit})
	}
	return candidates, nil
}

// likeliest lists the k likeliest networks, those inside the window before all others.
func (v *viterbi) likeliest(ctx context.Context, k int) ([]Candidate, error) {
	candidates, err := v.best(ctx, v.inside(), k)
	if err != nil || len(candidates) == k {
		return candidates, err
	}
	below, err := v.best(ctx, v.below(), k-len(candidates))
	return append(candidates, below...), err
}

// sortByLogP sorts candidates, the likeliest first.
func sortByLogP(candidates []Candidate) {
	slices.SortStableFunc(candidates, func(a, b Candidate) int { return cmp.Compare(b.LogP, a.LogP) })
}

// Bounds are the exact costs of the cheapest and the most expensive architecture.
func (c *Costs) Bounds() (smallest, largest float64) {
	_, smallest = c.extreme(func(a, b float64) bool { return a < b })
	_, largest = c.extreme(func(a, b float64) bool { return a > b })
	return smallest, largest
}

// step is the last decision of a partial architecture.
type step struct {
	layer  *LayerCost
	inner  int // what the layer's own choices decide
	out    int // option of its outgoing width
	before *step
}

// selection collects the decisions of a complete architecture from its last step.
func (c *Costs) selection(s *step) models.Selection {
	sel := make(models.Selection, len(c.choices))
	for ; s != nil; s = s.before {
		s.layer.setInner(sel, c.choices, s.inner)
		if s.layer.decides() {
			sel[s.layer.Layer.Axes[models.AxisOut].Choice] = s.out
		}
	}
	return sel
}

// extreme is the best architecture by cost alone; its cost is NaN if there is
// none.
func (c *Costs) extreme(better func(a, b float64) bool) (models.Selection, float64) {
	type route struct {
		last *step
		cost float64
	}
	improve := func(old *route, r route) {
		if math.IsNaN(old.cost) || better(r.cost, old.cost) {
			*old = r
		}
	}
	none := route{cost: math.NaN()}
	best := []route{{cost: c.Cost.Base()}} // by the width after the layer
	for i := range c.Layers {
		l := &c.Layers[i]
		next := slices.Repeat([]route{none}, len(l.Layer.Axes[models.AxisOut].Options))
		for in, before := range best {
			if math.IsNaN(before.cost) {
				continue // no architecture leads to this width
			}
			for _, out := range l.outgoing(in) {
				for _, w := range l.ways(c.choices, in, out, nil) {
					if r := (route{cost: before.cost + w.cost}); math.IsNaN(next[out].cost) || better(r.cost, next[out].cost) {
						next[out] = route{&step{l, w.inner, out, before.last}, r.cost}
					}
				}
			}
		}
		best = next
	}
	result := none
	for _, r := range best {
		if !math.IsNaN(r.cost) {
			improve(&result, r)
		}
	}
	return c.selection(result.last), result.cost
}
