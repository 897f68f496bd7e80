package latency_test

import (
	"math"
	"slices"
	"testing"

	"fbnas/latency"
)

func group(round int, digest string, medianUS float64, dropped bool) latency.Group {
	dirty := 0
	if dropped {
		dirty = 5
	}
	return latency.Group{Round: round, Digest: digest, MedianUS: medianUS, MinUS: medianUS, Runs: 5, Dirty: dirty, Dropped: dropped}
}

// round has a sentinel of the given time and one model, "a".
func round(n int, sentinel, a float64, dropped bool) latency.Round {
	return latency.Round{Round: n,
		Sentinel: []latency.Group{group(n, "s", sentinel, false), group(n, "s", 100*sentinel, false), group(n, "s", sentinel, false)},
		Groups:   []latency.Group{group(n, "a", a, dropped)}}
}

func TestFigures(t *testing.T) {
	rejected := round(0, 1, 1000, false)
	rejected.Rejected = "drift"
	for _, c := range []struct {
		name      string
		rounds    []latency.Round
		ratio     float64
		raw       []float64
		dropped   int
		disturbed bool
		sentinel  float64
	}{
		{"the device's speed cancels out", []latency.Round{round(0, 10, 20, false), round(1, 13, 26, false), round(2, 9, 18, false)},
			2, []float64{20, 26, 18}, 0, false, 10},
		{"one odd round does not count", []latency.Round{round(0, 10, 20, false), round(1, 10, 90, false), round(2, 10, 20, false)},
			2, []float64{20, 90, 20}, 0, false, 10},
		{"a dropped group does not count", []latency.Round{round(0, 10, 90, true), round(1, 10, 20, false)},
			2, []float64{20}, 1, false, 10},
		{"but all do when most are dropped", []latency.Round{round(0, 10, 30, true), round(1, 10, 20, false), round(2, 10, 30, true)},
			3, []float64{30, 20, 30}, 2, true, 10},
		{"a rejected round does not count", []latency.Round{rejected, round(0, 10, 20, false)},
			2, []float64{20}, 0, false, 10},
		{"rounds in another order", []latency.Round{round(2, 10, 22, false), round(0, 10, 20, false), round(1, 10, 21, false)},
			2.1, []float64{20, 21, 22}, 0, false, 10},
	} {
		f := latency.Figures(c.rounds)["a"]
		if math.Abs(f.Ratio-c.ratio) > 1e-12 || !slices.Equal(f.MediansUS, c.raw) || f.Dropped != c.dropped || f.Disturbed != c.disturbed {
			t.Errorf("%s: %+v", c.name, f)
		}
		if f.MinUS != slices.Min(c.raw) {
			t.Errorf("%s: minimum %v", c.name, f.MinUS)
		}
		if got := latency.SentinelUS(c.rounds); got != c.sentinel {
			t.Errorf("%s: sentinel %v, want %v", c.name, got, c.sentinel)
		}
	}
}
