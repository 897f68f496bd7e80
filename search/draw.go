package search

import (
	"math/rand/v2"

	"fbnas/models"
)

// sampler draws networks so that each distinct one is equally likely, those
// with an excluded block left out.
type sampler struct {
	costs *Costs
	doors [][][]exit // of every layer, by the width that enters it
}

// exit is a way out of a layer with the number of networks that go on by it
// and those before it in the list, relative to the layer's other numbers.
type exit struct {
	out, inner int
	upTo       float64
}

func (c *Costs) sampler() sampler {
	s := sampler{c, make([][][]exit, len(c.Layers))}
	after := []float64{1} // networks behind a layer, by the width that leaves it
	for i := len(c.Layers) - 1; i >= 0; i-- {
		l := &c.Layers[i]
		s.doors[i] = make([][]exit, len(l.Layer.Axes[models.AxisIn].Options))
		before, most := make([]float64, len(l.Layer.Axes[models.AxisIn].Options)), 0.0
		for in := range before {
			for _, out := range l.outgoing(in) {
				for _, w := range l.ways(c.choices, in, out, nil) {
					before[in] += after[out]
					s.doors[i][in] = append(s.doors[i][in], exit{out, w.inner, before[in]})
				}
			}
			most = max(most, before[in])
		}
		for in := range before {
			before[in] /= most // their number itself may have hundreds of digits
		}
		after = before
	}
	return s
}

// draw fills in a network.
func (s sampler) draw(r *rand.Rand, sel models.Selection) {
	in := 0
	for i, byIn := range s.doors {
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
