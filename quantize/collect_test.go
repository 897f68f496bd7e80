package quantize

import (
	"math"
	"testing"

	"fbnas/internal/random"
)

func drawn(n int, draw func(i int) float64) *Histogram {
	values, r := make([]float64, n), Range{math.Inf(1), math.Inf(-1)}
	for i := range values {
		values[i] = draw(i)
		r = Range{math.Min(r.Low, values[i]), math.Max(r.High, values[i])}
	}
	h := NewHistogram(r)
	h.Add(values)
	return h
}

func near(t *testing.T, what string, got, low, high float64) {
	t.Helper()
	if !(got >= low && got <= high) {
		t.Errorf("%s: %v, want %v to %v", what, got, low, high)
	}
}

func TestPercentile(t *testing.T) {
	uniform := drawn(100000, func(i int) float64 { return float64(i)/100000*4 - 1 })
	r := uniform.Percentile(99)
	near(t, "low end of a uniform distribution", r.Low, -1+0.038, -1+0.042)
	near(t, "its high end", r.High, 3-0.042, 3-0.038)
	if r := uniform.Percentile(100); r.Low != uniform.Low || r.High < uniform.High {
		t.Errorf("percentile 100 leaves %v of %v", r, uniform.Range)
	}
	few := drawn(100, func(i int) float64 { return float64(i) })
	if r := few.Percentile(99.99); r.Low != 0 || r.High != 99 {
		t.Errorf("of 100 values none is beyond percentile 99.99, and %v is left", r)
	}
	outlier := drawn(100001, func(i int) float64 {
		if i == 0 {
			return 1000
		}
		return float64(i) / 100001
	})
	near(t, "high end beside one outlier", outlier.Percentile(99.99).High, 0.99, 1.3)
}

// TestEntropy: tails with few values are cut off, edges with many are
// not, and a share of exact zeros changes nothing.
func TestEntropy(t *testing.T) {
	const n = 200000
	r := random.New(3, "entropy")
	uniform := drawn(n, func(int) float64 { return 2*r.Float64() - 1 })
	if e := uniform.Entropy(); e.Low > -0.95 || e.High < 0.95 {
		t.Errorf("a uniform distribution from -1 to 1 is cut to %v", e)
	}
	tails := drawn(n, func(i int) float64 {
		x := r.NormFloat64()
		if i%5000 == 0 {
			x *= 20
		}
		return x
	})
	if e := tails.Entropy(); e.High > tails.High/2 || e.High < 2.5 || -e.Low > -tails.Low/2 || e.Low > -2.5 {
		t.Errorf("of a normal distribution with outliers from %v to %v, %v is left", tails.Low, tails.High, e)
	}
	half := func(zeros bool) Range {
		r := random.New(4, "relu")
		return drawn(n, func(i int) float64 {
			x := math.Abs(r.NormFloat64())
			if zeros && i%2 == 0 {
				return 0
			}
			return x
		}).Entropy()
	}
	without, with := half(false), half(true)
	near(t, "high end of what a Relu gives", with.High, without.High*0.8, without.High*1.25)
	if with.Low != 0 {
		t.Errorf("what a Relu gives begins at %v", with.Low)
	}
	constant := drawn(10, func(int) float64 { return 0 })
	if e := constant.Entropy(); e != (Range{0, 0}) {
		t.Errorf("nothing but zeros: %v", e)
	}
}
