package job

import (
	"math"
	"strings"
	"testing"

	"fbnas/internal/fault"
)

func TestLimit(t *testing.T) {
	for l, want := range map[Limit]float64{{US: 68}: 68, {Part: 0.4}: 200, {US: 1e-3}: 1e-3, {Part: 2}: 1000} {
		if got, err := l.of(500); err != nil || got != want {
			t.Errorf("%v of 500 us is %g (%v), want %g", l, got, err, want)
		}
	}
	for want, l := range map[string]Limit{"1500 µs": {US: 1500}, "40 %": {Part: 0.4}} {
		if got := l.String(); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
	for _, l := range []Limit{{}, {US: -1}, {US: math.NaN()}, {US: math.Inf(1)}, {Part: -1}, {Part: 1e306}, {Part: math.NaN()}} {
		if got, err := l.of(500); fault.CodeOf(err) != fault.Usage || fault.HintOf(err) == "" {
			t.Errorf("%v of 500 us is %g (%v), want an error of usage", l, got, err)
		}
	}
}

// TestATargetIsGivenOnce, whichever way it is written.
func TestATargetIsGivenOnce(t *testing.T) {
	for _, c := range []struct {
		targets []Limit
		twice   bool
	}{
		{[]Limit{{US: 68}, {US: 68}}, true},
		{[]Limit{{US: 68}, {US: 69}, {US: 68}}, true},
		{[]Limit{{US: 200}, {Part: 0.4}}, true},
		{[]Limit{{US: 68}, {US: 69}}, false},
	} {
		_, err := within(500, c.targets)
		if twice := fault.CodeOf(err) == fault.Usage && strings.Contains(fault.HintOf(err), "once"); twice != c.twice {
			t.Errorf("%v: %v", c.targets, err)
		}
	}
}
