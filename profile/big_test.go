package profile

import (
	"os"
	"path/filepath"
	"testing"

	"fbnas/internal/random"
	"fbnas/latency"
	"fbnas/latency/stats"
	"fbnas/lut"
	"fbnas/models"
)

// TestBigSpaceHere is the proof of docs/decisions/predicted-rows.md on this
// machine. It takes some minutes and needs an idle machine: a space of 10^5
// shapes is predicted from 2,000 rows, and compared with a profile of other,
// random ones.
//
// make build && FBNAS_BIG_SPACE=1 go test ./profile -run Big -v
func TestBigSpaceHere(t *testing.T) {
	if os.Getenv("FBNAS_BIG_SPACE") == "" {
		t.Skip("FBNAS_BIG_SPACE=1 measures for some minutes")
	}
	space, err := models.ReadSpace("testdata/fbnetv2-f-fine.yaml")
	if err != nil {
		t.Fatal(err)
	}
	measure := func(name string, plan Plan) *lut.Table {
		meter, err := latency.Open(t.Context(), "local", nil)
		if err != nil {
			t.Fatal(err)
		}
		defer meter.Close()
		plan.Networks = nil
		opts := Options{Measure: latency.Options{Rounds: 8, AllowNoisy: true, Seed: 1}}
		rep, err := Run(t.Context(), meter, plan, filepath.Join(t.TempDir(), name), opts)
		if err != nil {
			t.Fatal(err)
		}
		return rep.Table
	}
	plan := NewPlan(space, 10, 1, Format{})
	plan.MaxRows = 2000
	part := measure("part.lut", plan)

	rng := random.New(2, "profile/big space")
	others := plan
	others.Blocks, others.MaxRows = nil, 0
	for range 500 {
		others.Blocks = append(others.Blocks, plan.Blocks[rng.IntN(len(plan.Blocks))])
	}
	truth := measure("truth.lut", others)
	scale := part.Header.Sentinel.TimeUS / truth.Header.Sentinel.TimeUS
	var predicted, measured []float64
	for _, r := range truth.Rows() {
		l, err := part.Lookup(r.Key.Block)
		if err != nil {
			t.Fatal(err)
		}
		if l.Status == lut.Predicted {
			predicted, measured = append(predicted, l.Cost), append(measured, r.LatencyUS*scale)
		}
	}
	a := stats.Compare(predicted, measured)
	t.Logf("%d shapes; held out within the profile: %+v; a profile of its own: %+v", len(plan.Blocks), part.Predictions[0].Curve, a)
	if len(plan.Blocks) < 100000 || len(part.Rows()) > 2000 || a.MAPE > 0.03 || a.MaxError > 0.08 {
		t.Errorf("%d shapes, %d rows: mean error %.2f %%, largest %.2f %%", len(plan.Blocks), len(part.Rows()), 100*a.MAPE, 100*a.MaxError)
	}
}
