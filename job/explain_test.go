package job

import (
	"math"
	"path/filepath"
	"testing"
	"time"
)

// TestExplainFindsTheCheapestChange: of the changes, which stand by what they
// cost, the first that saves as much as is asked for.
func TestExplainFindsTheCheapestChange(t *testing.T) {
	space := smallSpace(t)
	table := simulated(t, space)
	run := finished(t, filepath.Join(t.TempDir(), "search"), space, SearchConfig{Table: table.Path}, time.Now())
	explain := func(gain Limit) *ExplainResult {
		r, err := Explain(t.Context(), &Env{}, ExplainOptions{Run: run.Path, Gain: gain})
		if err != nil {
			t.Fatal(err)
		}
		return r
	}
	changes := explain(Limit{Part: 0.1}).Changes
	var most float64
	for _, c := range changes {
		most = max(most, c.Gain)
	}
	if len(changes) < 4 {
		t.Fatalf("%d changes", len(changes))
	}
	for i, c := range changes {
		first := 0
		for changes[first].Gain < c.Gain {
			first++
		}
		r := explain(Limit{US: c.Gain})
		if r.GainUS != c.Gain || r.Cheapest == nil || *r.Cheapest != changes[first] {
			t.Errorf("%g µs, which change %d saves: %+v, want %+v", c.Gain, i, r.Cheapest, changes[first])
		}
	}
	if r := explain(Limit{US: most * 1.01}); r.Cheapest != nil {
		t.Errorf("no change saves %g µs: %+v", r.GainUS, r.Cheapest)
	}
	if r := explain(Limit{Part: 0.1}); math.Abs(r.GainUS-r.Cost/10) > 1e-9 || r.Table != table.Path || r.Age.Stale != 0 {
		t.Errorf("a tenth of %g µs by %s: %g µs, %+v", r.Cost, r.Table, r.GainUS, r.Age)
	}
}
