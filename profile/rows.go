package profile

import (
	"fmt"
	"math"

	"fbnas/latency"
	"fbnas/latency/stats"
	"fbnas/lut"
)

// steadyError: a measurement is not steady if more than a tenth of its rows have
// a larger relative standard error.
const steadyError = 0.03

// unsteadyHint is what to do about a device that does not settle.
const unsteadyHint = "Let the device cool down and stop other programs, then measure again; or accept the figures as they are with --allow-noisy, which marks them."

// measuredRow makes the row of key from a figure.
func measuredRow(key lut.Key, graph string, f latency.Figure, sentinelUS float64) lut.Row {
	r := lut.Row{
		Key: key, KeyDigest: key.Digest(), Graph: graph, Status: lut.OK,
		LatencyUS: f.Ratio * sentinelUS, MinUS: f.MinUS, Dropped: f.Dropped,
	}
	r.SpreadUS = deviation(f) * r.LatencyUS
	r.ErrorUS = standardError(f) * r.LatencyUS
	for i := range f.MediansUS {
		r.Raw = append(r.Raw, lut.Sample{MedianUS: f.MediansUS[i], SentinelUS: f.SentinelUS[i]})
	}
	return r
}

func failedRow(key lut.Key, graph string, why latency.Failure) lut.Row {
	return lut.Row{Key: key, KeyDigest: key.Digest(), Graph: graph, Status: lut.Failed, Reason: why.Kind + ": " + why.Detail}
}

// deviation is the standard deviation of a figure's rounds, from their MAD,
// relative to the figure.
func deviation(f latency.Figure) float64 { return 1.4826 * f.MAD }

// standardError is that of the median of normally distributed values, relative to
// it.
func standardError(f latency.Figure) float64 {
	return deviation(f) * math.Sqrt(math.Pi/2/float64(len(f.Ratios)))
}

// unsteady says why rounds and figures do not give a table that can be trusted,
// "" if they do.
func unsteady(rounds []latency.Round, figures map[string]latency.Figure) string {
	noisy, reason := 0, ""
	for _, r := range rounds {
		if r.Noisy != "" {
			noisy, reason = noisy+1, r.Noisy
		}
	}
	if noisy > 0 {
		return fmt.Sprintf("%d of %d rounds were not steady, the last: %s", noisy, len(rounds), reason)
	}
	disturbed := 0
	var errs []float64
	for _, f := range figures {
		if f.Disturbed {
			disturbed++
		}
		errs = append(errs, standardError(f))
	}
	if disturbed > 0 {
		return fmt.Sprintf("%d of %d models had most of their groups disturbed", disturbed, len(figures))
	}
	if e := stats.Percentile(errs, 0.9); e > steadyError {
		return fmt.Sprintf("a tenth of the models have standard errors above %.1f %%", 100*e)
	}
	return ""
}
