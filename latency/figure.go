package latency

import (
	"cmp"
	"slices"

	"fbnas/latency/stats"
)

// Figure summarises the rounds of one model. A ratio is that of its group's
// median to the sentinel's time in the same round; ratios repeat where times do
// not.
type Figure struct {
	Ratio       float64   // median over the rounds
	IQRFraction float64   // of the ratios
	MAD         float64   // of the ratios, relative to Ratio
	MinUS       float64   // smallest group median, µs
	Ratios      []float64 // of each round that counts, in order
	MediansUS   []float64 // group medians of those rounds, µs
	SentinelUS  []float64 // round medians of the sentinel in those rounds, µs
	Dropped     int       // groups that stayed dirty
	Dirty, Runs int       // runs in all groups
	// Disturbed says that too few groups were clean, so that dropped ones count.
	Disturbed bool
}

// Figures returns the figure of every model in the rounds that were not
// rejected, by digest. Dropped groups count only when fewer than half of a
// model's groups are clean.
func Figures(rounds []Round) map[string]Figure {
	rounds = slices.Clone(rounds)
	slices.SortStableFunc(rounds, func(a, b Round) int {
		return cmp.Or(cmp.Compare(a.Batch, b.Batch), cmp.Compare(a.Round, b.Round))
	})
	samples := map[string][]sample{}
	for _, r := range rounds {
		if r.Rejected != "" {
			continue
		}
		sentinel := r.SentinelUS()
		for _, g := range r.Groups {
			samples[g.Digest] = append(samples[g.Digest], sample{g, sentinel, g.MedianUS / sentinel})
		}
	}
	figures := map[string]Figure{}
	for digest, s := range samples {
		figures[digest] = figure(s)
	}
	return figures
}

// sample is a group and the sentinel's time in its round.
type sample struct {
	group    Group
	sentinel float64
	ratio    float64
}

func figure(all []sample) Figure {
	var f Figure
	var clean []sample
	for _, s := range all {
		f.Runs += s.group.Runs
		f.Dirty += s.group.Dirty
		if s.group.Dropped {
			f.Dropped++
		} else {
			clean = append(clean, s)
		}
	}
	if 2*len(clean) < len(all) {
		clean, f.Disturbed = all, true
	}
	for _, s := range clean {
		f.Ratios = append(f.Ratios, s.ratio)
		f.MediansUS = append(f.MediansUS, s.group.MedianUS)
		f.SentinelUS = append(f.SentinelUS, s.sentinel)
	}
	f.Ratio = stats.Median(f.Ratios)
	f.IQRFraction = stats.IQRFraction(f.Ratios)
	f.MAD = stats.MAD(f.Ratios) / f.Ratio
	f.MinUS = slices.Min(f.MediansUS)
	return f
}

// SentinelUS is the sentinel's time over the rounds that were not rejected: the
// median of its round medians, in µs. A table's row is a ratio multiplied by it.
func SentinelUS(rounds []Round) float64 {
	var medians []float64
	for _, r := range rounds {
		if r.Rejected == "" {
			medians = append(medians, r.SentinelUS())
		}
	}
	return stats.Median(medians)
}
