package search

import (
	"context"
	"math"

	"fbnas/models"
)

// viterbi knows what the rest of a network can be worth: for every layer,
// every width that enters it and every budget that is left, the log
// probability of the likeliest layers from there on that end where they must.
// Costs are counted in bins above the cheapest way through each layer, each
// rounded up, so that they are never negative and never too low.
type viterbi struct {
	costs *Costs
	logp  [][]float64 // of every choice
	limit float64
	floor float64 // cost of the cheapest way through every layer, and the base
	bin   float64 // cost of one bin
	bins  int     // budget above the floor
	doors [][][]door
	tell  func(done, total int)
	done  int // layers, of however many passes
}

// door is all that leads from one width to another through a layer.
type door struct {
	out  int
	ways []binned
}

// binned is a way with its cost in bins, and its log probability with that of
// the outgoing width.
type binned struct {
	inner, shift int
	logp         float64
}

// ending says which networks are meant, and what they may have left.
type ending struct {
	possible span // may be wanted: rounding has moved them
	sure     span // are wanted
	wanted   func(cost float64) bool
}

// span is of bins that are left.
type span struct{ least, most int }

func newViterbi(c *Costs, logp [][]float64, limit float64) *viterbi {
	v := &viterbi{costs: c, logp: logp, limit: limit, floor: c.Cost.Base(), bin: limit / resolution}
	for i := range c.Layers {
		l := &c.Layers[i]
		low := l.cheapest()
		v.floor += low
		byIn := make([][]door, len(l.Layer.Axes[models.AxisIn].Options))
		for in := range byIn {
			for _, out := range l.outgoing(in) {
				byIn[in] = append(byIn[in], v.door(l, low, in, out))
			}
		}
		v.doors = append(v.doors, byIn)
	}
	v.bins = int(math.Floor((limit - v.floor) / v.bin))
	return v
}

func (v *viterbi) door(l *LayerCost, low float64, in, out int) door {
	d, gain := door{out: out}, 0.0
	if l.decides() {
		gain = v.logp[l.Layer.Axes[models.AxisOut].Choice][out]
	}
	for _, w := range l.ways(v.costs.choices, in, out, v.logp) {
		d.ways = append(d.ways, binned{w.inner, int(math.Ceil((w.cost - low) / v.bin)), gain + w.logp})
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
// Rounding up by at most a bin a layer moves the latter towards the window.
func (v *viterbi) inside() ending {
	at, moved := v.window()
	return ending{span{0, at}, span{0, at - moved}, func(cost float64) bool { return cost >= Window*v.limit }}
}

func (v *viterbi) below() ending {
	at, moved := v.window()
	return ending{span{at - moved, v.bins}, span{at + 1, v.bins}, func(cost float64) bool { return cost < Window*v.limit }}
}

// window is the most that a network in it can have left, and by how much
// rounding can be wrong.
func (v *viterbi) window() (left, moved int) {
	spent := int(math.Floor((Window*v.limit - v.floor) / v.bin))
	return v.bins - spent, len(v.doors) + 1
}

// values [layer][width][budget left] are the log probabilities; −Inf where
// nothing leads to the ending.
func (v *viterbi) values(ctx context.Context, end span) ([][][]float64, error) {
	n := len(v.doors)
	values := make([][][]float64, n+1)
	values[n] = [][]float64{v.row()}
	for b := max(end.least, 0); b <= min(end.most, v.bins); b++ {
		values[n][0][b] = 0
	}
	for i := n - 1; i >= 0; i-- {
		values[i] = make([][]float64, len(v.doors[i]))
		for in, doors := range v.doors[i] {
			if err := ctx.Err(); err != nil {
				return nil, err
			}
			row := v.row()
			for _, d := range doors {
				for _, w := range d.ways {
					improve(row, values[i+1][d.out], w)
				}
			}
			values[i][in] = row
		}
		v.progress(1)
	}
	return values, nil
}

// progress tells of layers that are done, of two passes: more are rare, and
// where one is enough the second is done, too.
func (v *viterbi) progress(layers int) {
	total := 2 * len(v.doors)
	v.done = min(v.done+layers, total)
	if v.tell != nil && layers > 0 {
		v.tell(v.done, total)
	}
}

func (v *viterbi) row() []float64 {
	row := make([]float64, v.bins+1)
	for b := range row {
		row[b] = math.Inf(-1)
	}
	return row
}

// improve lays a way before everything that may follow it.
func improve(row, after []float64, w binned) {
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
