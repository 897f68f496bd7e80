package engine_test

import (
	"math"
	"testing"

	"fbnas/engine"
)

func TestArgmax(t *testing.T) {
	for _, c := range []struct {
		values []float64
		want   int
	}{
		{nil, -1},
		{[]float64{-2}, 0},
		{[]float64{1, 3, 2, 3}, 1},
		{[]float64{math.Inf(-1), math.Inf(-1)}, 0},
		{[]float64{math.NaN(), 1}, -1},
		{[]float64{1, 2, math.NaN()}, -1},
	} {
		if got := engine.Argmax(c.values); got != c.want {
			t.Errorf("of %v: %d, want %d", c.values, got, c.want)
		}
	}
}
