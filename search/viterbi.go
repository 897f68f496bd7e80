package search

import (
	"cmp"
	"math"
	"slices"

	"fbnas/models"
)

// viterbi carries the k best partial architectures for every width that leaves
// the current layer and every cost so far. Costs are counted in bins above the
// cheapest way through each layer, so that they are never negative.
type viterbi struct {
	costs   *Costs
	choices []models.Choice
	logp    [][]float64
	limit   float64
	k       int
	bin     float64 // cost of one bin
	bins    int     // budget
	states  [][]paths
}

// paths of one state, best first.
type paths []path

// path is the last decision of a partial architecture.
type path struct {
	logp   float64
	way    *way
	layer  *LayerCost
	out    int // option of the layer's outgoing width
	before *path
}

func newViterbi(c *Costs, probabilities [][]float64, limit float64, k int) *viterbi {
	v := &viterbi{costs: c, choices: c.choices, limit: limit, k: k, bin: limit / resolution}
	for _, ps := range probabilities {
		row := make([]float64, len(ps))
		for i, p := range ps {
			row[i] = math.Log(max(p, math.SmallestNonzeroFloat64))
		}
		v.logp = append(v.logp, row)
	}
	budget := limit - c.Cost.Base()
	for _, l := range c.Layers {
		budget -= l.cheapest()
	}
	v.bins = int(math.Floor(budget / v.bin))
	v.states = [][]paths{make([]paths, max(v.bins+1, 0))}
	if v.bins >= 0 {
		v.states[0][0] = paths{{}}
	}
	return v
}

func (v *viterbi) logOf(sel models.Selection) (logp float64) {
	for i, option := range sel {
		logp += v.logp[i][option]
	}
	return logp
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

// step extends every path by one layer.
func (v *viterbi) step(l *LayerCost) {
	next := make([][]paths, len(l.Layer.Out.Options))
	for o := range next {
		next[o] = make([]paths, len(v.states[0]))
	}
	low := l.cheapest()
	for in, from := range v.states {
		for _, out := range l.outgoing(in) {
			gain := 0.0
			if v.decides(l) {
				gain = v.logp[l.Layer.Out.Choice][out]
			}
			list := l.ways(v.choices, in, out, v.logp)
			for i := range list {
				shift := int(math.Ceil((list[i].cost - low) / v.bin))
				extend(next[out], from, shift, path{logp: gain + list[i].logp, way: &list[i], layer: l, out: out}, v.k)
			}
		}
	}
	v.states = next
}

// decides tells whether the layer is where its outgoing width is chosen.
func (v *viterbi) decides(l *LayerCost) bool {
	return l.Layer.Out.Choice != models.Fixed && !l.Layer.Tied()
}

// extend appends the decision p to every path of `from`, `shift` bins dearer.
func extend(to, from []paths, shift int, p path, k int) {
	for bin := 0; bin+shift < len(to); bin++ {
		for j := range from[bin] {
			q := p
			q.before = &from[bin][j]
			q.logp += q.before.logp
			to[bin+shift] = to[bin+shift].insert(q, k)
		}
	}
}

// insert keeps the k best, best first; of equals the earlier one stays ahead.
func (ps paths) insert(p path, k int) paths {
	if len(ps) == k && ps[k-1].logp >= p.logp {
		return ps
	}
	at := len(ps)
	for at > 0 && ps[at-1].logp < p.logp {
		at--
	}
	ps = slices.Insert(ps, at, p)
	return ps[:min(len(ps), k)]
}

// candidates are the k best complete architectures inside the window, and the
// k best below it.
func (v *viterbi) candidates() []Candidate {
	var inside, below []Candidate
	for _, state := range v.states {
		for _, ps := range state {
			for i := range ps {
				c := v.complete(&ps[i])
				if c.InWindow {
					inside = append(inside, c)
				} else {
					below = append(below, c)
				}
			}
		}
	}
	byLogP := func(a, b Candidate) int { return cmp.Compare(b.LogP, a.LogP) }
	slices.SortStableFunc(inside, byLogP)
	slices.SortStableFunc(below, byLogP)
	return append(inside[:min(len(inside), v.k)], below[:min(len(below), v.k)]...)
}

func (v *viterbi) complete(p *path) Candidate {
	sel := make(models.Selection, len(v.choices))
	logp := p.logp
	for ; p.before != nil; p = p.before {
		for _, i := range p.layer.private() {
			sel[i] = p.way.selection[i]
		}
		if v.decides(p.layer) {
			sel[p.layer.Layer.Out.Choice] = p.out
		}
	}
	cost := v.costs.Of(sel)
	return Candidate{Selection: sel, Cost: cost, LogP: logp, InWindow: cost >= Window*v.limit}
}
