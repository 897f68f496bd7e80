package stats_test

import (
	"math"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"fbnas/latency/stats"
)

func near(a, b float64) bool {
	return math.Abs(a-b) <= 1e-12 || math.IsNaN(a) && math.IsNaN(b)
}

func TestRobust(t *testing.T) {
	nan := math.NaN()
	for _, c := range []struct {
		name                  string
		x                     []float64
		median, p90, mad, iqr float64
	}{
		{"none", nil, nan, nan, nan, nan},
		{"one", []float64{4}, 4, 4, 0, 0},
		{"two", []float64{2, 1}, 1.5, 1.9, 0.5, 0.5 / 1.5},
		{"outlier", []float64{1, 2, 3, 4, 1000}, 3, 601.6, 1, 2. / 3},
		{"unsorted", []float64{5, 1, 4, 2, 3}, 3, 4.6, 1, 2. / 3},
	} {
		before := slices.Clone(c.x)
		got := []float64{stats.Median(c.x), stats.Percentile(c.x, 0.9), stats.MAD(c.x), stats.IQRFraction(c.x)}
		for i, want := range []float64{c.median, c.p90, c.mad, c.iqr} {
			if !near(got[i], want) {
				t.Errorf("%s: figure %d is %v, want %v", c.name, i, got[i], want)
			}
		}
		if !slices.Equal(c.x, before) {
			t.Errorf("%s: the values were reordered", c.name)
		}
	}
}

func TestCompare(t *testing.T) {
	got := stats.Compare([]float64{104, 93, 120, 50}, []float64{100, 100, 100, 50})
	want := stats.Accuracy{N: 4, MAPE: 0.31 / 4, Bias: 0.17 / 4, MaxError: 0.2, P95Error: 0.1805,
		Within5: 0.5, Within10: 0.75, Spearman: stats.Spearman([]float64{104, 93, 120, 50}, []float64{100, 100, 100, 50})}
	pairs := [][2]float64{{got.MAPE, want.MAPE}, {got.Bias, want.Bias}, {got.MaxError, want.MaxError},
		{got.P95Error, want.P95Error}, {got.Within5, want.Within5}, {got.Within10, want.Within10}, {got.Spearman, want.Spearman}}
	for i, p := range pairs {
		if !near(p[0], p[1]) {
			t.Errorf("figure %d: %v, want %v", i, p[0], p[1])
		}
	}
}

func TestSpearman(t *testing.T) {
	for _, c := range []struct {
		name string
		x, y []float64
		want float64
	}{
		{"increasing, not linear", []float64{1, 2, 3, 4}, []float64{1, 10, 11, 1000}, 1},
		{"decreasing", []float64{1, 2, 3}, []float64{3, 2, 1}, -1},
		{"one swap of four", []float64{1, 2, 3, 4}, []float64{1, 2, 4, 3}, 0.8},
		{"ties share a rank", []float64{1, 2, 2, 3}, []float64{1, 2, 3, 4}, 4.5 / math.Sqrt(4.5*5)},
		{"constant", []float64{1, 1}, []float64{1, 2}, math.NaN()},
	} {
		if got := stats.Spearman(c.x, c.y); !near(got, c.want) {
			t.Errorf("%s: %v, want %v", c.name, got, c.want)
		}
	}
}

// TestSpearmanIsOfRanks: a strictly increasing change of either side does not
// change ranks.
func TestSpearmanIsOfRanks(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		x := rapid.SliceOfN(rapid.Float64Range(-10, 10), 3, 20).Draw(t, "x")
		y := rapid.SliceOfN(rapid.Float64Range(-10, 10), len(x), len(x)).Draw(t, "y")
		scaled := make([]float64, len(x))
		for i, v := range x {
			scaled[i] = 8*v + 0
		}
		if a, b := stats.Spearman(x, y), stats.Spearman(scaled, y); !near(a, b) {
			t.Fatalf("%v, after scaling %v", a, b)
		}
	})
}

func TestDrift(t *testing.T) {
	for _, c := range []struct {
		name     string
		accepted []float64
		median   float64
		drifted  bool
	}{
		{"the first is always accepted", nil, 100, false},
		{"inside the floor", []float64{100}, 102.9, false},
		{"above the floor", []float64{100}, 103.1, true},
		{"judged against the best, not the last", []float64{100, 102.5}, 103.9, true},
		{"faster than ever", []float64{100, 101}, 50, false},
		{"a noisy device has a wider threshold", []float64{100, 102, 104, 106, 108}, 105.7, false},
		{"but not without end", []float64{100, 102, 104, 106, 108}, 105.8, true},
	} {
		d := stats.NewDrift(c.accepted...)
		excess, drifted := d.Excess(c.median)
		if drifted != c.drifted {
			t.Errorf("%s: %.4f above the best of %v with threshold %.4f: drifted %v", c.name, excess, c.accepted, d.Threshold(), drifted)
		}
	}
}
