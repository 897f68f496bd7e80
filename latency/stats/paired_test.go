package stats_test

import (
	"math"
	"testing"

	"fbnas/internal/random"
	"fbnas/latency/stats"
)

func TestSignedRank(t *testing.T) {
	for _, c := range []struct {
		name string
		d    []float64
		want stats.Paired
	}{
		// Counted by hand: 64 signs of six ranks, 21 means of pairs.
		{"all of one sign", []float64{1, 2, 3, 4, 5, 6}, stats.Paired{Shift: 3.5, Low: 1, High: 6, P: 2.0 / 64}},
		{"mixed", []float64{-1, 2, 3, 4, 5, 6.5}, stats.Paired{Shift: 3.5, Low: -1, High: 6.5, P: 4.0 / 64}},
		{"too few to tell", []float64{1, 2}, stats.Paired{Shift: 1.5, Low: math.Inf(-1), High: math.Inf(1), P: 0.5}},
		{"nothing", []float64{0, 0, 0}, stats.Paired{Shift: 0, Low: math.Inf(-1), High: math.Inf(1), P: 1}},
	} {
		got := stats.SignedRank(c.d)
		if math.Abs(got.Shift-c.want.Shift) > 1e-12 || got.Low != c.want.Low || got.High != c.want.High || math.Abs(got.P-c.want.P) > 1e-12 {
			t.Errorf("%s: %+v, want %+v", c.name, got, c.want)
		}
	}
	if got := stats.SignedRank(nil); !math.IsNaN(got.P) {
		t.Errorf("of nothing: %+v", got)
	}
}

// TestSignedRankCovers: the interval contains the true value in at least 95 % of
// draws, and equal things count as different in at most 5 %.
func TestSignedRankCovers(t *testing.T) {
	const draws, truth = 2000, 0.3
	r := random.New(1, "signed rank")
	covered, rejected := 0, 0
	for range draws {
		d := make([]float64, 12)
		for i := range d {
			d[i] = r.NormFloat64() * (1 + 3*float64(i%2)) // symmetric, of unequal spread
		}
		if stats.SignedRank(d).P <= 0.05 {
			rejected++
		}
		for i := range d {
			d[i] += truth
		}
		if p := stats.SignedRank(d); p.Low <= truth && truth <= p.High {
			covered++
		}
	}
	// Three standard deviations of a count of 2000 at 5 %: 29.
	if covered < 1900-29 || rejected > 100+29 || rejected < 20 {
		t.Errorf("%d intervals of %d hold the truth, %d equal draws count as different", covered, draws, rejected)
	}
}
