package report

import (
	"math"
	"testing"
)

// A running mean is over a twentieth of the curve, with equally many points on
// both sides, also at the ends.
func TestSmooth(t *testing.T) {
	points := make([]Point, 200) // a window of 11: five on each side
	for i := range points {
		points[i].X = float64(i)
	}
	points[100].Y = 11
	points[1].Y = 3
	for i, p := range smooth(points) {
		want := 0.
		switch {
		case i >= 95 && i <= 105:
			want = 1
		case i == 1: // of 0 to 2
			want = 1
		case i >= 2 && i <= 3: // of 0 to 4, of 0 to 6
			want = 3 / float64(2*i+1)
		case i >= 4 && i <= 6:
			want = 3 / float64(2*min(i, 5)+1)
		}
		if p.X != float64(i) || math.Abs(p.Y-want) > 1e-12 {
			t.Errorf("point %d: (%g, %g), want %g", i, p.X, p.Y, want)
		}
	}
}
