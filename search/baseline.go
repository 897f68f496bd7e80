package search

import (
	"math"
	"math/rand/v2"
	"slices"

	"fbnas/internal/fault"
	"fbnas/models"
)

// Scaled is a network made by hand: the widest of a space, scaled by one width
// multiplier, with the same expansion in every block.
type Scaled struct {
	Selection  models.Selection
	Multiplier float64
	Expansion  float64
}

// Uniform is the hand-made network that a search has to beat. For every expansion
// it takes the largest width multiplier whose cost is at most limit, and of these
// networks the one that uses most of the limit. Kernels are the smallest (3x3
// nearly always), as in most networks made by hand (docs/background/search.md,
// "Found, hand-made and random networks"). Widths and expansions are rounded to
// the nearest options.
func (c *Costs) Uniform(limit float64) (Scaled, error) {
	var best Scaled
	highest := math.Inf(-1)
	for _, s := range c.Uniforms(limit) {
		if cost := c.Of(s.Selection); cost > highest {
			best, highest = s, cost
		}
	}
	if best.Selection != nil {
		return best, nil
	}
	cheapest := math.Inf(1)
	for _, expansion := range c.expansions() {
		for i := range widthSteps { // stairs: the narrowest is not always the cheapest
			s := Scaled{Multiplier: float64(i+1) / widthSteps, Expansion: expansion}
			cheapest = min(cheapest, c.Of(c.scaled(s)))
		}
	}
	return Scaled{}, fault.New(fault.Target, "Give a higher limit.",
		"no uniform network of space %s costs at most %.6g %s; the cheapest of them costs %s", c.Space.Name, limit, unitText(c.Cost), Least(cheapest, 0))
}

// widthSteps is the number of width multipliers up to 1 that Uniforms tries.
const widthSteps = 100

// Uniforms is, for every expansion under which one is, the widest uniform network that
// costs at most limit.
func (c *Costs) Uniforms(limit float64) []Scaled {
	var list []Scaled
	for _, expansion := range c.expansions() {
		for i := widthSteps; i > 0; i-- {
			s := Scaled{Multiplier: float64(i) / widthSteps, Expansion: expansion}
			s.Selection = c.scaled(s)
			if c.Of(s.Selection) <= limit {
				list = append(list, s)
				break
			}
		}
	}
	return list
}

// expansions lists all expansions of the space in ascending order; [0] when there
// is nothing to choose.
func (c *Costs) expansions() []float64 {
	all := []float64{0}
	for _, choice := range c.choices {
		if choice.Kind == models.Expansion {
			for _, o := range choice.Options {
				all = append(all, o.Float())
			}
		}
	}
	slices.Sort(all)
	if all = slices.Compact(all); len(all) > 1 {
		all = all[1:]
	}
	return all
}

func (c *Costs) scaled(s Scaled) models.Selection {
	sel := make(models.Selection, len(c.choices))
	for i, choice := range c.choices {
		switch choice.Kind {
		case models.Width:
			sel[i] = nearest(choice.Options, s.Multiplier*choice.Options[len(choice.Options)-1].Float())
		case models.Expansion:
			sel[i] = nearest(choice.Options, s.Expansion)
		}
	}
	return sel
}

func nearest(options []models.Option, v float64) int {
	best := 0
	for i, o := range options {
		if math.Abs(o.Float()-v) < math.Abs(options[best].Float()-v) {
			best = i
		}
	}
	return best
}

// Random draws architectures, with all distinct ones equally likely, until one
// costs between Window of the limit and the limit.
func (c *Costs) Random(r *rand.Rand, limit float64) (models.Selection, error) {
	const draws = 1_000_000
	sel, networks := make(models.Selection, len(c.choices)), c.sampler()
	for range draws {
		networks.draw(r, sel)
		if cost := c.Of(sel); cost <= limit && cost >= Window*limit {
			return sel, nil
		}
	}
	return nil, fault.New(fault.Target, "Give a limit that more networks of the space meet.",
		"%d random networks of space %s: none costs %.6g to %.6g %s", draws, c.Space.Name, Window*limit, limit, unitText(c.Cost))
}
