package stats

import (
	"math"
	"slices"
)

// Percentile returns the p-th quantile of x, p in [0, 1], with linear
// interpolation between the two nearest order statistics; NaN for no values.
// x is not changed.
func Percentile(x []float64, p float64) float64 {
	if len(x) == 0 {
		return math.NaN()
	}
	sorted := slices.Sorted(slices.Values(x))
	at := p * float64(len(sorted)-1)
	low := int(at)
	if low+1 >= len(sorted) {
		return sorted[len(sorted)-1]
	}
	return sorted[low] + (at-float64(low))*(sorted[low+1]-sorted[low])
}

// Median is the 0.5 quantile; NaN for no values.
func Median(x []float64) float64 { return Percentile(x, 0.5) }

// MAD is the median of the absolute deviations from the median, not scaled to
// a standard deviation; NaN for no values.
func MAD(x []float64) float64 {
	middle := Median(x)
	deviations := make([]float64, len(x))
	for i, v := range x {
		deviations[i] = math.Abs(v - middle)
	}
	return Median(deviations)
}

// IQRFraction is the distance between the quartiles as a fraction of the
// median; NaN for no values.
func IQRFraction(x []float64) float64 {
	return (Percentile(x, 0.75) - Percentile(x, 0.25)) / Median(x)
}
