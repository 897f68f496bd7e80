package latency_test

import (
	"testing"

	"fbnas/latency"
	"fbnas/latency/internal/simdevice"
	"fbnas/latency/wire"
)

// TestUnusualOutputs: a model whose outputs make its time doubtful fails where
// times go into tables, and is timed and marked where the options allow it.
func TestUnusualOutputs(t *testing.T) {
	model := func(name string, output string) latency.Model {
		return latency.Model{Name: name, Bytes: simdevice.Model{Name: name, US: 100, Output: output}.Encode()}
	}
	odd, plain := model("odd", wire.KindBadOutput), model("plain", "")
	for _, any := range []bool{false, true} {
		meter := latency.NewMeter(&simdevice.Conn{}, latency.HostConfig{})
		opts := latency.Options{Rounds: 2, AnyOutput: any}
		r, err := latency.Bench(t.Context(), meter, latency.Benchmark{Sentinel: model("sentinel", ""), Models: []latency.Model{odd, plain}, Options: opts})
		if err != nil {
			t.Fatal(err)
		}
		switch {
		case r[1].Failure != nil || r[1].Unusual != nil || r[1].LatencyUS <= 0:
			t.Errorf("the plain model: %+v", r[1])
		case !any && (r[0].Failure == nil || r[0].Failure.Detail != "its outputs hold 1 NaN among 2 numbers"):
			t.Errorf("refused where it may not be: %+v", r[0])
		case any && (r[0].Failure != nil || r[0].LatencyUS != r[1].LatencyUS || r[0].Unusual == nil || r[0].Unusual.NaNs != 1):
			t.Errorf("not timed and marked: %+v", r[0])
		}
	}
	_, err := latency.Bench(t.Context(), latency.NewMeter(&simdevice.Conn{}, latency.HostConfig{}), latency.Benchmark{
		Sentinel: odd, Models: []latency.Model{plain}, Options: latency.Options{Rounds: 2, AnyOutput: true},
	})
	if err == nil {
		t.Error("a sentinel with unusual outputs is measured by")
	}
}
