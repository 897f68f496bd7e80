package search

import (
	"math/rand/v2"

	"fbnas/internal/fault"
	"fbnas/models"
)

// Uniform is the hand-made network that a search has to beat: the widest
// network of the space scaled down by one width multiplier, the largest whose
// cost is at most limit. Widths are the options nearest to multiplier times
// the widest; expansions are the largest, kernels the smallest (3x3 nearly
// always), which is how such networks are made by hand (facts/search.md,
// section 2).
func (c *Costs) Uniform(limit float64) (sel models.Selection, multiplier float64, err error) {
	const steps = 100
	for i := steps; i > 0; i-- {
		multiplier = float64(i) / steps
		if sel = c.scaled(multiplier); c.Of(sel) <= limit {
			return sel, multiplier, nil
		}
	}
	return nil, 0, fault.New(fault.Target, "Give a higher limit.",
		"the narrowest uniform network of space %s costs %.6g %s, the limit is %.6g", c.Space.Name, c.Of(sel), c.Cost.Unit(), limit)
}

func (c *Costs) scaled(multiplier float64) models.Selection {
	sel := make(models.Selection, len(c.choices))
	for i, choice := range c.choices {
		last := len(choice.Options) - 1
		switch choice.Kind {
		case models.Width:
			sel[i] = nearest(choice.Options, multiplier*choice.Options[last])
		case models.Expansion:
			sel[i] = last
		}
	}
	return sel
}

func nearest(options []float64, v float64) int {
	best := 0
	for i, o := range options {
		if abs(o-v) < abs(options[best]-v) {
			best = i
		}
	}
	return best
}

func abs(x float64) float64 { return max(x, -x) }

// Random draws architectures uniformly until one costs between Window of the
// limit and the limit.
func (c *Costs) Random(r *rand.Rand, limit float64) (models.Selection, error) {
	const draws = 1_000_000
	sel := make(models.Selection, len(c.choices))
	for range draws {
		for i, choice := range c.choices {
			sel[i] = r.IntN(len(choice.Options))
		}
		if cost := c.Of(sel); cost <= limit && cost >= Window*limit {
			return sel, nil
		}
	}
	return nil, fault.New(fault.Target, "Give a limit that more networks of the space meet.",
		"%d random networks of space %s: none costs %.6g to %.6g %s", draws, c.Space.Name, Window*limit, limit, c.Cost.Unit())
}
