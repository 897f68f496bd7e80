package latency_test

import (
	"math"
	"testing"
	"time"

	"fbnas/latency"
	"fbnas/latency/internal/simdevice"
)

// TestBenchCompares: even if the device's speed varies by more than two models
// differ, the rounds distinguish them, and do not distinguish equal ones.
func TestBenchCompares(t *testing.T) {
	model := func(name string, us float64) latency.Model {
		return latency.Model{Name: name, Bytes: simdevice.Model{Name: name, US: us}.Encode()}
	}
	wander := func(at time.Duration) float64 { return 1 + 0.02*math.Sin(at.Seconds()) }
	conn := &simdevice.Conn{Noise: simdevice.Noise{Jitter: 0.01, Speed: wander}}
	meter := latency.NewMeter(conn, latency.HostConfig{})
	models := []latency.Model{model("first", 300), model("slower", 312), model("equal", 300.0001)}
	results, err := latency.Bench(t.Context(), meter, latency.Benchmark{Sentinel: model("sentinel", 400), Models: models})
	if err != nil {
		t.Fatal(err)
	}
	if results[0].Against != nil {
		t.Errorf("the first is compared with itself: %+v", results[0].Against)
	}
	if c := results[1].Against; c == nil || !c.Differs() || c.Low > 1.04 || c.High < 1.04 || c.Low < 1.01 {
		t.Errorf("4 %% slower: %+v", c)
	}
	if c := results[2].Against; c == nil || c.Low > 1 || c.High < 1 || c.Differs() {
		t.Errorf("equal: %+v", c)
	}
	few, err := latency.Bench(t.Context(), meter,
		latency.Benchmark{Sentinel: model("sentinel", 400), Models: models[:2], Options: latency.Options{Rounds: 5}})
	if err != nil || few[1].Against != nil {
		t.Errorf("five rounds tell %+v (%v)", few[1].Against, err)
	}
}
