package job

import (
	"math"
	"testing"

	"fbnas/latency/stats"
	"fbnas/lut"
	"fbnas/models"
)

// TestTableRange: the ends of a space, and the error within which 95 % of networks
// are predicted; none where nothing is known.
func TestTableRange(t *testing.T) {
	space := smallSpace(t)
	table := simulated(t, space)
	predicted := func(sel models.Selection) float64 {
		arch, err := space.Arch(sel, 10)
		if err != nil {
			t.Fatal(err)
		}
		blocks, err := arch.Resolve()
		if err != nil {
			t.Fatal(err)
		}
		e, err := table.Predict(blocks)
		if err != nil {
			t.Fatal(err)
		}
		return e.Cost
	}
	for _, v := range []*lut.Validation{nil, {Accuracy: stats.Accuracy{N: 20, MAPE: 0.01, P95Error: 0.03, MaxError: 0.05}}} {
		table.Validation = v
		if err := table.Save(); err != nil {
			t.Fatal(err)
		}
		r, err := TableRange(t.Context(), &Env{}, RangeOptions{Table: table.Path, Classes: 10})
		if err != nil {
			t.Fatal(err)
		}
		least, most := predicted(space.Smallest()), predicted(space.Largest())
		if r.Space != "small" || math.Abs(r.SmallestUS-least) > 1e-9 || math.Abs(r.LargestUS-most) > 1e-9 || least >= most {
			t.Errorf("%s: %g to %g µs, want %g to %g", r.Space, r.SmallestUS, r.LargestUS, least, most)
		}
		if (r.Error == nil) != (v == nil) || v != nil && *r.Error != 0.03 {
			t.Errorf("%+v: an error of %v", v, r.Error)
		}
	}
}
