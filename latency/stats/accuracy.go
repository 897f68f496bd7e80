package stats

import (
	"math"
	"slices"
)

// Accuracy says how well predictions fit measurements. Errors are relative to
// the measured value, as fractions.
type Accuracy struct {
	N        int     `json:"networks"`
	MAPE     float64 `json:"mape"`
	Bias     float64 `json:"bias"`      // mean of the signed errors; positive: predicted too slow
	MaxError float64 `json:"max_error"` // absolute
	P95Error float64 `json:"p95_error"` // absolute, 95th percentile
	Within5  float64 `json:"within_5pct"`
	Within10 float64 `json:"within_10pct"`
	Spearman float64 `json:"spearman"`
}

// Compare returns the accuracy of predicted values compared with measured ones,
// which must be positive and of equal, non-zero number; otherwise it panics or
// gives NaN.
func Compare(predicted, measured []float64) Accuracy {
	if len(predicted) != len(measured) {
		panic("stats: predictions and measurements differ in number")
	}
	a := Accuracy{N: len(measured), Spearman: Spearman(predicted, measured)}
	var sizes []float64
	for i, m := range measured {
		e := predicted[i]/m - 1
		a.Bias += e
		a.MAPE += math.Abs(e)
		sizes = append(sizes, math.Abs(e))
		if math.Abs(e) <= 0.05 {
			a.Within5++
		}
		if math.Abs(e) <= 0.10 {
			a.Within10++
		}
	}
	n := float64(len(measured))
	for _, mean := range []*float64{&a.Bias, &a.MAPE, &a.Within5, &a.Within10} {
		*mean /= n
	}
	a.MaxError, a.P95Error = Percentile(sizes, 1), Percentile(sizes, 0.95)
	return a
}

// Spearman is the rank correlation of x and y, where ties share their mean rank;
// NaN for fewer than two values, or if all values of one are equal.
func Spearman(x, y []float64) float64 {
	return pearson(ranks(x), ranks(y))
}

func pearson(x, y []float64) float64 {
	mx, my := mean(x), mean(y)
	var xy, xx, yy float64
	for i := range x {
		dx, dy := x[i]-mx, y[i]-my
		xy += dx * dy
		xx += dx * dx
		yy += dy * dy
	}
	return xy / math.Sqrt(xx*yy)
}

func mean(x []float64) float64 {
	sum := 0.0
	for _, v := range x {
		sum += v
	}
	return sum / float64(len(x))
}

func ranks(x []float64) []float64 {
	sorted := slices.Sorted(slices.Values(x))
	out := make([]float64, len(x))
	for i, v := range x {
		first, _ := slices.BinarySearch(sorted, v)
		after := first
		for after < len(sorted) && sorted[after] == v {
			after++
		}
		out[i] = float64(first+after-1) / 2
	}
	return out
}
