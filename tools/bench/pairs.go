package main

import (
	"context"
	"log/slog"
	"regexp"
	"slices"
)

// line is one line of output.
type line map[string]any

// figures are the results of one turn of a contestant; zero where it has none.
type figures struct {
	MedianMS   float64 `json:"median_ms"` // of a step
	MinMS      float64 `json:"min_ms"`
	CPUMS      float64 `json:"cpu_ms"`                 // of all threads, per step
	PeakMB     float64 `json:"peak_rss_mb"`            // of the process
	LoadMB     float64 `json:"import_rss_mb"`          // of the process, before there is a network
	FirstStepS float64 `json:"first_step_s,omitempty"` // from the start of the process
	WaitShare  float64 `json:"wait_share,omitempty"`   // of the time, for images
}

// row is contestants that take turns, and the figures derived from them.
type row struct {
	bench       string
	setting     line // what all contestants have in common
	contestants []job
	derived     []derived
}

// derived is a figure computed for every pair; its median is reported. It is left
// out of rows in which one of needs failed.
type derived struct {
	name  string
	needs []string
	of    func(pair map[string]figures) float64
}

type bench struct {
	plan    plan
	only    *regexp.Regexp
	measure func(context.Context, job) (figures, error)
	usage   func() usage
	emit    func(any) error
	log     *slog.Logger
}

// run measures every row and compares the results with the targets. A failed row
// gets a line that says so; an error means an interruption, or that nothing can
// be written.
func (b bench) run(ctx context.Context) error {
	var results []result
	all := b.plan.rows()
	for _, r := range all {
		if !b.only.MatchString(r.title()) {
			continue
		}
		out, err := b.row(ctx, r)
		if err != nil {
			return err
		}
		if out == nil {
			continue
		}
		if err := b.emit(out); err != nil {
			return err
		}
		results = append(results, result{r, out})
	}
	for _, t := range targets {
		if l := t.verdict(all, results); l != nil {
			if err := b.emit(l); err != nil {
				return err
			}
		}
	}
	return nil
}

// row lets the contestants take turns, in the opposite order in every other pair,
// so that a drift of the machine affects them equally. It is nil if all have
// failed.
func (b bench) row(ctx context.Context, r row) (line, error) {
	var pairs []map[string]figures
	before := b.usage()
	alive := slices.Clone(r.contestants)
	for i := range b.plan.pairs {
		pair := map[string]figures{}
		for _, j := range slices.Clone(alive) {
			b.log.Info(r.title(), "pair", i+1, "of", b.plan.pairs, "contestant", j.Name)
			f, err := b.measure(ctx, j)
			if ctx.Err() != nil {
				return nil, ctx.Err()
			}
			if err == nil {
				pair[j.Name] = f
				continue
			}
			alive = slices.DeleteFunc(alive, func(other job) bool { return other.Name == j.Name })
			failed := r.line()
			failed["contestant"], failed["error"] = j.Name, err.Error()
			if err := b.emit(failed); err != nil {
				return nil, err
			}
		}
		pairs = append(pairs, pair)
		slices.Reverse(alive)
	}
	if len(alive) == 0 {
		return nil, nil
	}
	out := r.summary(alive, pairs)
	out["others_busy_cores"] = rounded(b.usage().othersSince(before))
	return out, nil
}

func (r row) summary(alive []job, pairs []map[string]figures) line {
	out := r.line()
	out["pairs"] = len(pairs)
	names := map[string]bool{}
	for _, j := range alive {
		names[j.Name] = true
		out[j.Name] = typical(pairs, j.Name)
	}
	for _, d := range r.derived {
		if slices.ContainsFunc(d.needs, func(name string) bool { return !names[name] }) {
			continue
		}
		var values []float64
		for _, pair := range pairs {
			values = append(values, d.of(pair))
		}
		out[d.name] = rounded(median(values))
	}
	return out
}

// typical has the median of every figure over the pairs, except for the shortest
// step and the peak, which are the extremes.
func typical(pairs []map[string]figures, name string) figures {
	of := func(pick func([]float64) float64, value func(figures) float64) float64 {
		var values []float64
		for _, pair := range pairs {
			values = append(values, value(pair[name]))
		}
		return rounded(pick(values))
	}
	return figures{
		MedianMS:   of(median, medianMS),
		MinMS:      of(slices.Min[[]float64], func(f figures) float64 { return f.MinMS }),
		CPUMS:      of(median, func(f figures) float64 { return f.CPUMS }),
		PeakMB:     of(slices.Max[[]float64], peakMB),
		LoadMB:     of(median, func(f figures) float64 { return f.LoadMB }),
		FirstStepS: of(median, func(f figures) float64 { return f.FirstStepS }),
		WaitShare:  of(median, func(f figures) float64 { return f.WaitShare }),
	}
}

func medianMS(f figures) float64   { return f.MedianMS }
func peakMB(f figures) float64     { return f.PeakMB }
func peakOwnMB(f figures) float64  { return f.PeakMB - f.LoadMB }
func firstStepS(f figures) float64 { return f.FirstStepS }
