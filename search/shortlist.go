package search

import (
	"cmp"
	"context"
	"math"
	"slices"

	"fbnas/models"
)

// Shortlist returns up to k architectures that cost at most limit and differ in shape: of
// every combination of widths the likeliest network, the likeliest first, those inside
// the window before all others. The next best networks of Derive often differ in one
// kernel. Where there are fewer than k shapes, those follow. progress, which may be
// nil, is called with the number of networks that are found.
func (c *Costs) Shortlist(ctx context.Context, probabilities [][]float64, limit float64, k int, progress func(done, total int)) ([]Candidate, error) {
	list, err := c.shapes(ctx, probabilities, limit, k, progress)
	if err != nil || len(list) == k {
		return list, err
	}
	more, err := c.Derive(ctx, probabilities, limit, k, nil)
	for _, m := range more {
		known := slices.ContainsFunc(list, func(c Candidate) bool { return slices.Equal(c.Selection, m.Selection) })
		if !known && len(list) < k {
			list = append(list, m)
		}
	}
	if progress != nil {
		progress(k, k)
	}
	return list, err
}

// shapes is the shortlist without two networks of equal widths. It is Derive on parts of
// the space (Lawler 1972): the best network of all parts is taken, and what else is in
// its part is divided by the first width that differs.
func (c *Costs) shapes(ctx context.Context, probabilities [][]float64, limit float64, k int, progress func(done, total int)) ([]Candidate, error) {
	all := make(part, len(c.choices))
	for i, choice := range c.choices {
		all[i] = make([]bool, len(choice.Options))
	}
	first, err := c.Derive(ctx, probabilities, limit, 1, nil)
	if err != nil {
		return nil, err
	}
	open, logs := []bestOf{{first[0], all}}, logsOf(probabilities)
	var list []Candidate
	for len(open) > 0 && len(list) < k {
		slices.SortStableFunc(open, func(a, b bestOf) int { return a.before(b) })
		best := open[0]
		open = open[1:]
		if list = append(list, best.Candidate); progress != nil {
			progress(len(list), k)
		}
		if len(list) == k {
			break
		}
		for _, p := range best.divided(c.choices) {
			found, err := newViterbi(c, p.logs(logs), limit).likeliest(ctx, 1)
			if err != nil {
				return nil, err
			}
			if len(found) > 0 {
				open = append(open, bestOf{found[0], p})
			}
		}
	}
	return list, nil
}

// part is a part of a space: for each width, the options that it lacks.
type part [][]bool

// logs are the log probabilities of the choices in the part: none has an option that
// the part lacks.
func (p part) logs(logs [][]float64) [][]float64 {
	list := make([][]float64, len(logs))
	for i, l := range logs {
		list[i] = slices.Clone(l)
		for o, lacks := range p[i] {
			if lacks {
				list[i][o] = math.Inf(-1)
			}
		}
	}
	return list
}

// bestOf is the likeliest network of a part.
type bestOf struct {
	Candidate
	part part
}

// before orders by the window, then by probability.
func (a bestOf) before(b bestOf) int {
	if a.InWindow != b.InWindow {
		if a.InWindow {
			return -1
		}
		return 1
	}
	return cmp.Compare(b.LogP, a.LogP)
}

// divided is the part without the networks of the best's widths: for every width, those
// that have its earlier widths and another one here.
func (a bestOf) divided(choices []models.Choice) []part {
	var list []part
	rest := a.part
	for i, c := range choices {
		if c.Kind != models.Width {
			continue
		}
		other, same := slices.Clone(rest), slices.Clone(rest)
		other[i], same[i] = slices.Clone(rest[i]), slices.Clone(rest[i])
		other[i][a.Selection[i]] = true
		for o := range same[i] {
			same[i][o] = o != a.Selection[i]
		}
		if slices.Contains(other[i], false) {
			list = append(list, other)
		}
		rest = same
	}
	return list
}
