package quantize

import (
	"fmt"
	"math"
	"slices"

	"fbnas/internal/fault"
)

// Method says how a tensor's range follows from its values.
type Method string

// The methods.
const (
	MinMax     Method = "minmax"     // all values
	Percentile Method = "percentile" // all but the same share at each end
	Entropy    Method = "entropy"    // the range whose codes keep most information about the values
)

// Methods lists all methods.
var Methods = []Method{MinMax, Percentile, Entropy}

// Validate refuses an unknown method.
func (m Method) Validate() error {
	if !slices.Contains(Methods, m) {
		return fault.New(fault.Usage, fmt.Sprintf("There are %v.", Methods), "unknown calibration method %q", m)
	}
	return nil
}

// with is r widened to include values; NaN if one of them is NaN.
func (r Range) with(values []float64) Range {
	for _, v := range values {
		if v < r.Low {
			r.Low = v
		}
		if v > r.High {
			r.High = v
		}
		if v != v {
			return Range{v, v}
		}
	}
	return r
}

// Histogram counts values in bins of equal width between the ends of Range.
type Histogram struct {
	Range
	Bins  []float64
	Zeros float64 // number of values that are exactly 0
}

// bins is the number of bins, many times that of codes.
const bins = 4096

// NewHistogram has no values yet; values outside of the range will be counted in
// its outer bins.
func NewHistogram(r Range) *Histogram { return &Histogram{Range: r, Bins: make([]float64, bins)} }

// Add counts values.
func (h *Histogram) Add(values []float64) {
	perUnit := 0.0
	if h.High > h.Low {
		perUnit = float64(len(h.Bins)) / (h.High - h.Low)
	}
	for _, v := range values {
		if v == 0 {
			h.Zeros++
		}
		i := int((v - h.Low) * perUnit)
		h.Bins[min(max(i, 0), len(h.Bins)-1)]++
	}
}

func (h *Histogram) total() float64 {
	n := 0.0
	for _, c := range h.Bins {
		n += c
	}
	return n
}

// edge is the lower end of bin i.
func (h *Histogram) edge(i int) float64 {
	return h.Low + (h.High-h.Low)*float64(i)/float64(len(h.Bins))
}

// Percentile leaves out, at each end, the share of the values beyond the
// percentile p, such as 99.99.
func (h *Histogram) Percentile(p float64) Range {
	spare := h.total() * (100 - p) / 100
	low, high := 0, len(h.Bins)
	for cut := h.Bins[low]; low < high-1 && cut <= spare; cut += h.Bins[low] {
		low++
	}
	for cut := h.Bins[high-1]; high > low+1 && cut <= spare; cut += h.Bins[high-1] {
		high--
	}
	return Range{h.edge(low), h.edge(high)}
}

// Entropy is the range, symmetric around 0 if there are values on both sides, for
// which the distribution of the rounded values has the smallest Kullback-Leibler
// divergence from that of the values: the calibration of NVIDIA's TensorRT
// (Migacz, "8-bit inference with TensorRT", GTC 2017) and of ONNX Runtime's
// tools. Values of one sign only get all 256 codes. Zeros do not count:
// they have a code of their own, and half of a Relu's output would outweigh
// everything else.
func (h *Histogram) Entropy() Range {
	largest := math.Max(math.Abs(h.Low), math.Abs(h.High))
	levels := 128
	if h.Low >= 0 || h.High <= 0 {
		levels = 256
	}
	magnitudes := h.magnitudes(largest)
	best, bestAt := math.Inf(1), len(magnitudes)
	const step = bins / 256
	for n := levels; n <= len(magnitudes); n += step {
		if d := divergence(magnitudes[:n], sum(magnitudes[n:]), levels); d < best {
			best, bestAt = d, n
		}
	}
	limit := largest * float64(bestAt) / float64(len(magnitudes))
	return Range{math.Max(h.Low, -limit), math.Min(h.High, limit)}
}

// magnitudes counts absolute values, in bins up to the largest.
func (h *Histogram) magnitudes(largest float64) []float64 {
	out := make([]float64, len(h.Bins))
	if largest == 0 {
		return out
	}
	for i, c := range h.Bins {
		middle := math.Abs((h.edge(i) + h.edge(i+1)) / 2)
		if h.edge(i) <= 0 && h.edge(i+1) > 0 {
			c -= math.Min(c, h.Zeros)
		}
		out[min(int(middle/largest*float64(len(out))), len(out)-1)] += c
	}
	return out
}

func sum(v []float64) float64 {
	s := 0.0
	for _, x := range v {
		s += x
	}
	return s
}

// divergence is that between the bins, with everything beyond them in the last one
// (as saturation does), and the same bins merged into levels and spread evenly
// over those that are not empty.
func divergence(counts []float64, beyond float64, levels int) float64 {
	total := sum(counts) + beyond
	if total == beyond {
		return math.Inf(1)
	}
	d := 0.0
	for level := range levels {
		from, to := level*len(counts)/levels, (level+1)*len(counts)/levels
		joined, held := 0.0, 0.0
		for _, c := range counts[from:to] {
			joined += c
			if c > 0 {
				held++
			}
		}
		for i, c := range counts[from:to] {
			p, q := c/total, joined/held/(total-beyond)
			if from+i == len(counts)-1 {
				p += beyond / total
			}
			switch {
			case p > 0 && c > 0:
				d += p * math.Log(p/q)
			case p > 0:
				d += p * unlikely
			}
		}
	}
	return d
}

// unlikely is the logarithm used for values for which the rounded distribution is 0.
const unlikely = 20
