package lut

import (
	"math"

	"fbnas/latency"
	"fbnas/latency/stats"
)

// A measurement is not steady when more than half of a model's groups were
// disturbed, or when the standard errors of a tenth of the rows exceed
// steadyError.
const (
	cleanShare  = 0.5
	steadyError = 0.03
)

// figure is what the rounds of one model come to.
type figure struct {
	ratio   float64 // median over rounds of median / sentinel's median
	spread  float64 // of the ratios, as a standard deviation (1.4826 MAD)
	err     float64 // standard error of ratio
	minUS   float64
	raw     []Sample
	dropped int
	steady  bool
}

// figureOf reduces the groups of the model with that digest in rounds. Groups
// that were dropped count only where too few others are left.
func figureOf(rounds []latency.Round, digest string) (figure, bool) {
	var clean, all []Sample
	for _, r := range rounds {
		s := Sample{Round: r.Round, SentinelUS: sentinelMedian(r)}
		for _, g := range r.Groups {
			if g.Digest != digest {
				continue
			}
			s.MedianUS = g.MedianU
			all = append(all, s)
			if !g.Dropped {
				clean = append(clean, s)
			}
		}
	}
	if len(all) == 0 {
		return figure{}, false
	}
	f := figure{raw: clean, dropped: len(all) - len(clean), steady: true}
	if float64(len(clean)) < cleanShare*float64(len(all)) {
		f.raw, f.steady = all, false
	}
	ratios := make([]float64, len(f.raw))
	f.minUS = math.Inf(1)
	for i, s := range f.raw {
		ratios[i] = s.MedianUS / s.SentinelUS
		f.minUS = min(f.minUS, s.MedianUS)
	}
	f.ratio = stats.Median(ratios)
	f.spread = 1.4826 * stats.MAD(ratios)
	f.err = math.Sqrt(math.Pi/2) * f.spread / math.Sqrt(float64(len(ratios)))
	return f, true
}

// sentinelMedian is the middle of a round's sentinel groups, the undisturbed
// ones where there are any.
func sentinelMedian(r latency.Round) float64 {
	var clean, all []float64
	for _, g := range r.Sentinel {
		all = append(all, g.MedianU)
		if !g.Dropped {
			clean = append(clean, g.MedianU)
		}
	}
	if len(clean) > 0 {
		return stats.Median(clean)
	}
	return stats.Median(all)
}

// sentinelTime is the sentinel's time by which ratios become microseconds: its
// best round, since what slows a machine down comes and goes.
func sentinelTime(rounds []latency.Round) float64 {
	best := math.Inf(1)
	for _, r := range rounds {
		best = min(best, sentinelMedian(r))
	}
	return best
}

// row makes the row of key from its figure.
func (f figure) row(key Key, graph string, sentinelUS float64) Row {
	return Row{
		Key: key, KeyDigest: key.Digest(), Graph: graph, Status: OK,
		LatencyUS: f.ratio * sentinelUS, SpreadUS: f.spread * sentinelUS, ErrorUS: f.err * sentinelUS,
		MinUS: f.minUS, Raw: f.raw, Dropped: f.dropped,
	}
}

func failedRow(key Key, graph string, why latency.Failure) Row {
	return Row{Key: key, KeyDigest: key.Digest(), Graph: graph, Status: Failed, Reason: why.Kind + ": " + why.Detail}
}

// unsteady says why figures do not make a table that can be trusted, "" when
// they do.
func unsteady(figures []figure) string {
	var errs []float64
	for _, f := range figures {
		if !f.steady {
			return "most of a model's groups were disturbed"
		}
		errs = append(errs, f.err/f.ratio)
	}
	if len(errs) > 0 && stats.Percentile(errs, 0.9) > steadyError {
		return "the rows' standard errors are too large"
	}
	return ""
}
