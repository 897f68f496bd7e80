package search

import (
	"context"
	"math"

	"fbnas/train"
)

// Judged is a candidate with the accuracy of its part of the supernet on held-out
// images, after its batch norms were re-estimated.
type Judged struct {
	Candidate
	OneHot   train.Accuracy
	Rejected bool
}

// brokenGap is how far a candidate's one-hot accuracy may lie below the best
// before it is rejected. Accuracy does not rank near-equals, because a supernet
// favours what it was trained on last (docs/background/search.md, "Deriving a
// network").
const brokenGap = 0.2

// How many images re-estimate statistics, and how many judge.
const (
	calibrationImages = 2560
	judgingImages     = 3000
)

// judge evaluates every candidate and marks those that are clearly broken; the
// order stays.
func (r *runner) judge(ctx context.Context, candidates []Candidate) ([]Judged, error) {
	v, err := r.inherited()
	if err != nil {
		return nil, err
	}
	defer v.Close()
	var list []Judged
	best := 0.0
	for i, c := range candidates {
		s, err := v.score(ctx, c.Selection)
		if err != nil {
			return nil, err
		}
		best = max(best, s.Top1())
		list = append(list, Judged{Candidate: c, OneHot: s.Accuracy})
		r.reportStage(Judging, i+1, len(candidates))
	}
	for i := range list {
		a := list[i].OneHot
		noise := 2 * math.Sqrt(0.5/float64(max(a.Images, 1))) // of a difference of two
		list[i].Rejected = a.Top1() < best-brokenGap-noise
	}
	return list, nil
}

// Best is the likeliest candidate that was not rejected.
func (r Result) Best() Judged {
	for _, c := range r.Judged {
		if !c.Rejected {
			return c
		}
	}
	return Judged{}
}
