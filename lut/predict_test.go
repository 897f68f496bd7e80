package lut_test

import (
	"math"
	"path/filepath"
	"testing"

	"fbnas/latency/stats"
	"fbnas/lut"
	"fbnas/lut/predict"
	"fbnas/models"
)

// predicting is a table with every fourth row of wide's space; it predicts the
// others.
func predicting(t *testing.T) *lut.Table {
	t.Helper()
	d, err := lut.Create(filepath.Join(t.TempDir(), "x.lut"), lut.Header{Condition: newDevice().Condition})
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	for i, b := range wide().Blocks[2:] {
		if i%4 == 0 {
			us := alone(b)
			d.Put(lut.Row{Key: d.Table().Key(b), Status: lut.OK, LatencyUS: us, ErrorUS: 0.001 * us})
		}
	}
	m, err := predict.Fit(d.Table().Samples(models.IR, nil))
	if err != nil {
		t.Fatal(err)
	}
	d.PutPrediction(lut.Prediction{Model: *m})
	return d.Table()
}

// TestEstimateOfPredictedRows: an estimate says how much of it was predicted, and
// adds that error to the error of the table's networks.
func TestEstimateOfPredictedRows(t *testing.T) {
	table := predicting(t)
	var measured, predicted []models.Block
	for _, b := range wide().Blocks[2:] {
		if _, ok := table.Row(b); ok {
			measured = append(measured, b)
		} else {
			predicted = append(predicted, b)
		}
	}
	table.Validation = &lut.Validation{Accuracy: stats.Accuracy{N: 20, P95Error: 0.02}}
	e, err := table.Predict(append(measured[:3:3], identity))
	if err != nil || e.Rows != 3 || e.PredictedRows != 0 || e.PredictedCost != 0 || math.Abs(*e.Error-0.02*e.Cost) > 1e-9 {
		t.Errorf("measured rows: %+v, %v", e, err)
	}
	mixed := append(measured[:3:3], predicted[:2]...)
	if e, err = table.Predict(mixed); err != nil {
		t.Fatal(err)
	}
	var us, variance float64
	for _, b := range predicted[:2] {
		l, err := table.Lookup(b)
		if err != nil {
			t.Fatal(err)
		}
		us += l.Cost
		variance += 4 * l.Error * l.Error
	}
	if e.Rows != 5 || e.PredictedRows != 2 || math.Abs(e.PredictedCost-us) > 1e-9 || math.Abs(*e.Error-math.Sqrt(variance+math.Pow(0.02*e.Cost, 2))) > 1e-9 {
		t.Errorf("want 2 predicted blocks with %g us; error %g of %+v", us, *e.Error, e)
	}
}
