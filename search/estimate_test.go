package search

import (
	"math"
	"path/filepath"
	"testing"

	"fbnas/latency"
	"fbnas/latency/stats"
	"fbnas/lut"
	"fbnas/models"
)

// TestEstimates: a table's estimate of a network arrives in the unit of the cost,
// block by block, and a count is exact.
func TestEstimates(t *testing.T) {
	space := tinySpace(t)
	costs, err := NewCosts(space, classes, MACs)
	if err != nil {
		t.Fatal(err)
	}
	blocks := costs.blocks(space.Largest())
	d, err := lut.Create(filepath.Join(t.TempDir(), "x.lut"), lut.Header{Condition: latency.Condition{Precision: latency.FP32, Batch: 1}})
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	table := d.Table()
	for i, b := range blocks {
		row := lut.Row{Key: table.Key(b), Status: lut.OK, LatencyUS: 100 + float64(i), ErrorUS: 2}
		if i == 1 {
			row.Status = lut.Predicted
		}
		d.Put(row)
	}
	table.Calibration = &lut.Calibration{Form: lut.Offset, BaseUS: 50}
	table.Validation = &lut.Validation{Accuracy: stats.Accuracy{N: 20, P95Error: 0.1}}
	e, err := Latency{table}.Network(blocks)
	n := float64(len(blocks))
	want := 50 + 100*n + n*(n-1)/2
	if err != nil || e.Cost != want || e.Origin != lut.Validated || e.Rows != len(blocks) || e.PredictedRows != 1 || e.PredictedCost != 101 ||
		e.Error == nil || math.Abs(*e.Error-math.Hypot(0.1*want, 4)) > 1e-9 {
		t.Errorf("%+v (%v), want the cost %g", e, err, want)
	}
	for i, b := range blocks {
		want := lut.Lookup{Cost: 100 + float64(i), Error: 2, Status: lut.OK}
		if i == 1 {
			want.Status = lut.Predicted
		}
		if got, err := (Latency{table}).Block(b); err != nil || got != want {
			t.Errorf("block %d: %+v (%v), want %+v", i, got, err, want)
		}
	}
	counts := models.Count(blocks)
	e, err = MACs.Network(blocks)
	if err != nil || e.Cost != float64(counts.MACs) || e.Origin != lut.Exact || e.Error == nil || *e.Error != 0 || e.Rows != len(blocks) {
		t.Errorf("%+v (%v), want %d MACs", e, err, counts.MACs)
	}
}
