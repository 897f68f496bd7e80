package search

import (
	"math/rand/v2"

	"fbnas/models"
)

// sampler draws networks so that all distinct ones without excluded blocks are
// equally likely.
type sampler struct {
	costs    *Costs
	branches [][][]branch // of every layer, by the width that enters it
}

// branch is a way out of a layer, with the number of networks that take it or one
// before it in the list, relative to the layer's other numbers.
type branch struct {
	out, inner int
	upTo       float64
}

func (c *Costs) sampler() sampler {
	s := sampler{c, make([][][]branch, len(c.Layers))}
	after := []float64{1} // number of networks after a layer, by the width that leaves it
	for i := len(c.Layers) - 1; i >= 0; i-- {
		l := &c.Layers[i]
		s.branches[i] = make([][]branch, len(l.Layer.Axes[models.AxisIn].Options))
		before, most := make([]float64, len(l.Layer.Axes[models.AxisIn].Options)), 0.0
		for in := range before {
			for _, out := range l.outgoing(in) {
				for _, w := range l.ways(c.choices, in, out, nil) {
					before[in] += after[out]
					s.branches[i][in] = append(s.branches[i][in], branch{out, w.inner, before[in]})
				}
			}
			most = max(most, before[in])
		}
		for in := range before {
			before[in] /= most // the numbers themselves may have hundreds of digits
		}
		after = before
	}
	return s
}

// draw draws a network into sel.
func (s sampler) draw(r *rand.Rand, sel models.Selection) {
	in := 0
	for i, byIn := range s.branches {
		exits := byIn[in]
		at, x := 0, r.Float64()*exits[len(exits)-1].upTo
		for at < len(exits)-1 && x >= exits[at].upTo {
			at++
		}
		l := &s.costs.Layers[i]
		l.setInner(sel, s.costs.choices, exits[at].inner)
		if in = exits[at].out; l.decides() {
			sel[l.Layer.Axes[models.AxisOut].Choice] = in
		}
	}
}
