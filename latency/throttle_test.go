package latency_test

import (
	"math"
	"testing"
	"time"

	"pgregory.net/rapid"

	"fbnas/internal/fault"
	"fbnas/latency"
	"fbnas/latency/internal/simdevice"
)

// TestThrottlingIsMarked is the guarantee for tables measured on a phone: however
// a device loses speed, once or again and again, its figures are right, or the
// measurement ends as unstable or, where that is allowed, rounds are marked.
// Pauses do not change that.
func TestThrottlingIsMarked(t *testing.T) {
	const worst = 0.015 // of a ratio that is not marked
	kept, cooled, ended := 0, 0, 0
	rapid.Check(t, func(rt *rapid.T) {
		loss := rapid.Float64Range(0.02, 0.6).Draw(rt, "loss")
		from := rapid.Float64Range(0, 1.5).Draw(rt, "from")
		fall := rapid.Float64Range(0.001, 1).Draw(rt, "fall")
		period := rapid.Float64Range(0.2, 5).Draw(rt, "period")
		warm := simdevice.Warm{
			Rise:   rapid.Float64Range(0, 100).Draw(rt, "rise"),
			Fall:   rapid.Float64Range(0, 10).Draw(rt, "fall of heat"),
			Limit:  40,
			Loss:   rapid.Float64Range(0, 0.6).Draw(rt, "loss by heat"),
			Silent: rapid.Bool().Draw(rt, "silent"),
		}
		noise := simdevice.Noise{
			Warm: warm,
			Seed: rapid.Uint64().Draw(rt, "seed"), Jitter: 0.01,
			Speed: func(at time.Duration) float64 {
				if at.Seconds() < from {
					return 1
				}
				since := math.Mod(at.Seconds()-from, period)
				return 1 - loss*min(since/fall, 1)
			},
		}
		for _, allow := range []bool{false, true} {
			got, err := simulate(t.Context(), &simdevice.Conn{Noise: noise}, latency.Options{AllowNoisy: allow}, five(), nil)
			if err != nil && (allow || fault.CodeOf(err) != fault.Unstable) {
				rt.Fatalf("noise allowed %v: %v", allow, err)
			}
			if err != nil {
				ended++
				continue
			}
			for _, r := range got.rounds {
				if r.Noisy != "" && !allow {
					rt.Fatalf("round %d of batch %d counts, though %s", r.Round, r.Batch, r.Noisy)
				}
				if r.Noisy != "" {
					return
				}
			}
			kept++
			if waited(got.rounds, got.rejected).CoolDowns > 0 {
				cooled++
			}
			for digest, f := range latency.Figures(got.rounds) {
				want := modelUS(t, got.names[digest]) / 500
				if e := math.Abs(f.Ratio/want - 1); e > worst && !f.Disturbed {
					rt.Errorf("%s: an unmarked error of %.1f %%", got.names[digest], 100*e)
				}
			}
		}
	})
	if kept == 0 || cooled == 0 || ended == 0 {
		t.Errorf("%d measurements were kept, %d of them after a pause, and %d ended as unstable: the draws show nothing", kept, cooled, ended)
	}
}
