package search

import (
	"container/heap"
	"context"
	"math"
	"slices"

	"fbnas/models"
)

// patience bounds how many complete networks are examined for each one that is
// wanted. Some are not wanted because rounding has moved them into the wrong
// budget range.
const patience = 100

// partial is the beginning of an architecture, with a bound on what it can
// become.
type partial struct {
	logp  float64 // of the decided layers
	bound float64 // of the likeliest complete network that begins like this
	depth int     // number of decided layers
	width int     // option of the width after them
	left  int     // budget left, in bins
	last  *step
}

// frontier is a heap of partial architectures, the most promising first; among
// equals the longest.
type frontier []partial

func (f frontier) Len() int { return len(f) }
func (f frontier) Less(i, j int) bool {
	return f[i].bound > f[j].bound || f[i].bound == f[j].bound && f[i].depth > f[j].depth
}
func (f frontier) Swap(i, j int) { f[i], f[j] = f[j], f[i] }
func (f *frontier) Push(x any)   { *f = append(*f, x.(partial)) }
func (f *frontier) Pop() any {
	last := len(*f) - 1
	x := (*f)[last]
	*f = (*f)[:last]
	return x
}

// best lists the k likeliest networks of a region.
func (v *viterbi) best(ctx context.Context, end region, k int) ([]Candidate, error) {
	found, all, err := v.search(ctx, end.possible, end.wanted, k)
	if err != nil || all {
		return found, err
	}
	more, _, err := v.search(ctx, end.sure, end.wanted, k)
	for _, c := range more {
		if !slices.ContainsFunc(found, func(f Candidate) bool { return slices.Equal(f.Selection, c.Selection) }) {
			found = append(found, c)
		}
	}
	sortByLogP(found)
	return found[:min(k, len(found))], err
}

// search lists up to k of the likeliest wanted networks that end in a range of
// bins; all reports that no other wanted network is likelier. The values are
// exact bounds, so the search needs no detours.
func (v *viterbi) search(ctx context.Context, end binRange, wanted func(cost float64) bool, k int) (found []Candidate, all bool, err error) {
	if v.bins < 0 {
		return nil, true, nil // rounding has moved all of them beyond the limit
	}
	values, err := v.values(ctx, end)
	if err != nil {
		return nil, false, err
	}
	open := &frontier{}
	v.extend(open, partial{left: v.bins}, values)
	for seen := 0; open.Len() > 0 && len(found) < k; {
		if err := ctx.Err(); err != nil {
			return nil, false, err
		}
		p := heap.Pop(open).(partial)
		if p.depth < len(v.transitions) {
			v.extend(open, p, values)
			continue
		}
		if seen++; seen > patience*k {
			return found, false, nil
		}
		if c := v.complete(p); c.Cost <= v.limit && wanted(c.Cost) {
			found = append(found, c)
		}
	}
	sortByLogP(found)
	return found, true, nil
}

// extend pushes all extensions of a partial architecture by one layer.
func (v *viterbi) extend(open *frontier, p partial, values [][][]float64) {
	for _, d := range v.transitions[p.depth][p.width] {
		after := values[p.depth+1][d.out]
		for _, w := range d.ways {
			if w.shift > p.left || math.IsInf(w.logp+after[p.left-w.shift], -1) {
				continue
			}
			left, logp := p.left-w.shift, p.logp+w.logp
			heap.Push(open, partial{logp, logp + after[left], p.depth + 1, d.out, left,
				&step{&v.costs.Layers[p.depth], w.inner, d.out, p.last}})
		}
	}
}

func (v *viterbi) complete(p partial) Candidate {
	sel := v.costs.selection(p.last)
	cost := v.costs.Of(sel)
	return Candidate{Selection: sel, Cost: cost, LogP: p.logp, InWindow: cost >= Window*v.limit}
}

// logOf is the log probability of the network that a selection gives.
func (v *viterbi) logOf(sel models.Selection) (logp float64) {
	for i := range v.costs.Layers {
		l := &v.costs.Layers[i]
		p := sel.Point(l.Layer)
		if l.decides() {
			logp += v.logp[l.Layer.Axes[models.AxisOut].Choice][p[models.AxisOut]]
		}
		for _, w := range l.ways(v.costs.choices, p[models.AxisIn], p[models.AxisOut], v.logp) {
			if w.inner == l.first[l.index(v.costs.choices, sel)] {
				logp += w.logp
			}
		}
	}
	return logp
}
