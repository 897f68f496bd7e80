package search

import (
	"context"
	"math"

	"fbnas/models"
)

// viterbi computes how likely the rest of a network can be: for every layer,
// every width that enters it and every remaining budget, the log probability of
// the likeliest layers from there on that end in a region. Costs are counted in
// bins above each layer's cheapest option and rounded up, so that they are never
// negative and never too low.
type viterbi struct {
	costs       *Costs
	logp        [][]float64 // of every choice
	limit       float64
	floor       float64 // the base and the cheapest way through every layer
	bin         float64 // cost of one bin
	bins        int     // budget above the floor, in bins
	transitions [][][]transition
	onProgress  func(done, total int)
	done        int // layers, summed over the passes
}

// transition has all ways through a layer from one width to another.
type transition struct {
	out  int
	ways []binnedWay
}

// binnedWay is a way with its cost in bins, and its log probability including
// that of the outgoing width.
type binnedWay struct {
	inner, shift int
	logp         float64
}

// region is a set of networks by cost, and the budgets that they may leave.
type region struct {
	possible binRange // what they may have left, given that rounding has moved some
	sure     binRange // with this left they certainly belong to the region
	wanted   func(cost float64) bool
}

// binRange is a range of remaining bins, both ends included.
type binRange struct{ least, most int }

func newViterbi(c *Costs, logp [][]float64, limit float64) *viterbi {
	v := &viterbi{costs: c, logp: logp, limit: limit, floor: c.Cost.Base(), bin: limit / resolution}
	for i := range c.Layers {
		l := &c.Layers[i]
		low := l.cheapest()
		v.floor += low
		byIn := make([][]transition, len(l.Layer.Axes[models.AxisIn].Options))
		for in := range byIn {
			for _, out := range l.outgoing(in) {
				byIn[in] = append(byIn[in], v.transition(l, low, in, out))
			}
		}
		v.transitions = append(v.transitions, byIn)
	}
	v.bins = int(math.Floor((limit - v.floor) / v.bin))
	return v
}

func (v *viterbi) transition(l *LayerCost, low float64, in, out int) transition {
	d, gain := transition{out: out}, 0.0
	if l.decides() {
		gain = v.logp[l.Layer.Axes[models.AxisOut].Choice][out]
	}
	for _, w := range l.ways(v.costs.choices, in, out, v.logp) {
		d.ways = append(d.ways, binnedWay{w.inner, int(math.Ceil((w.cost - low) / v.bin)), gain + w.logp})
	}
	return d
}

func (l *LayerCost) cheapest() float64 {
	low := math.Inf(1)
	for _, v := range l.Values {
		if !math.IsNaN(v) {
			low = min(low, v)
		}
	}
	return low
}

// inside and below are the networks in the window, and those that cost less.
// Rounding up, by at most a bin per layer, moves the latter towards the window.
func (v *viterbi) inside() region {
	at, moved := v.window()
	return region{binRange{0, at}, binRange{0, at - moved}, func(cost float64) bool { return cost >= Window*v.limit }}
}

func (v *viterbi) below() region {
	at, moved := v.window()
	return region{binRange{at - moved, v.bins}, binRange{at + 1, v.bins}, func(cost float64) bool { return cost < Window*v.limit }}
}

// window is the most that a network in the window can have left, and the largest
// rounding error, in bins.
func (v *viterbi) window() (left, moved int) {
	spent := int(math.Floor((Window*v.limit - v.floor) / v.bin))
	return v.bins - spent, len(v.transitions) + 1
}

// values [layer][width][budget left] are the log probabilities; −Inf where no
// layers lead to an end in the range.
func (v *viterbi) values(ctx context.Context, end binRange) ([][][]float64, error) {
	n := len(v.transitions)
	values := make([][][]float64, n+1)
	values[n] = [][]float64{v.row()}
	for b := max(end.least, 0); b <= min(end.most, v.bins); b++ {
		values[n][0][b] = 0
	}
	for i := n - 1; i >= 0; i-- {
		values[i] = make([][]float64, len(v.transitions[i]))
		for in, doors := range v.transitions[i] {
			if err := ctx.Err(); err != nil {
				return nil, err
			}
			row := v.row()
			for _, d := range doors {
				for _, w := range d.ways {
					relax(row, values[i+1][d.out], w)
				}
			}
			values[i][in] = row
		}
		v.advance(1)
	}
	return values, nil
}

// advance reports layers as done, out of two passes. More passes are rare, and
// where one is enough the second is reported as done.
func (v *viterbi) advance(layers int) {
	total := 2 * len(v.transitions)
	v.done = min(v.done+layers, total)
	if v.onProgress != nil && layers > 0 {
		v.onProgress(v.done, total)
	}
}

func (v *viterbi) row() []float64 {
	row := make([]float64, v.bins+1)
	for b := range row {
		row[b] = math.Inf(-1)
	}
	return row
}

// relax improves row, the values before a way, by the values after it.
func relax(row, after []float64, w binnedWay) {
	if w.shift >= len(row) {
		return
	}
	row = row[w.shift:]
	after = after[:len(row)]
	for b, x := range after {
		if x += w.logp; x > row[b] {
			row[b] = x
		}
	}
}
