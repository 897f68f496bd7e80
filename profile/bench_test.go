package profile

import (
	"math"
	"strings"
	"testing"

	"fbnas/latency"
	"fbnas/lut"
)

func TestBench(t *testing.T) {
	table := table(t)
	n, err := Format{}.drawn(tinySpace(t).SupernetBlocks(10))
	if err != nil {
		t.Fatal(err)
	}
	models := []latency.Model{n.Model}
	raw, err := Bench(t.Context(), byBytes{}, nil, models, latency.Options{Rounds: 2})
	if err != nil || len(raw.Results) != 1 || raw.Device.Model.SoC != "simulated" {
		t.Fatalf("%+v, %v", raw, err)
	}
	// The table was made when the machine ran at half its speed.
	table.Header.Reference = nil
	table.Header.Sentinel.TimeUS *= 2
	normalised, err := Bench(t.Context(), byBytes{}, table, models, latency.Options{Rounds: 2})
	if err != nil || normalised.Results[0].LatencyUS != 2*raw.Results[0].LatencyUS {
		t.Errorf("%+v, %v, want twice %+v", normalised, err, raw)
	}
	table.Header.Reference = &lut.Reference{Name: n.Name, Digest: n.Model.Digest(), TimeUS: 500, Blocks: n.Blocks}
	beside, err := Bench(t.Context(), byBytes{}, table, models, latency.Options{Rounds: 2})
	if err != nil || math.Abs(beside.Results[0].LatencyUS-500) > 1e-9 {
		t.Errorf("the reference itself: %+v, %v", beside, err)
	}
	table.Header.Sentinel.Digest = "another"
	if _, err := Bench(t.Context(), byBytes{}, table, models, latency.Options{}); err == nil || !strings.Contains(err.Error(), "sentinel.digest") {
		t.Errorf("another sentinel: %v", err)
	}
	table.Header.Condition.Threads = 4
	if _, err := Bench(t.Context(), byBytes{}, table, models, latency.Options{}); err == nil || !strings.Contains(err.Error(), "threads") {
		t.Errorf("another condition: %v", err)
	}
}
