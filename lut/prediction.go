package lut

import (
	"fmt"
	"slices"

	"fbnas/lut/predict"
	"fbnas/models"
)

const typePrediction = "prediction"

// Prediction says how a table predicts blocks of one kind that have no row, and
// how well. It needs the rows of that kind; latencies are computed at the lookup,
// so that the table of a large space stays small.
type Prediction struct {
	predict.Model
	Shapes int     `json:"shapes"` // of this kind in the space
	Tested Point   `json:"tested"` // at random rows that the fit did not see
	Curve  []Point `json:"curve"`  // the same with fewer rows measured; the last with all of them
}

// Point is the error of predictions from a number of rows. Errors are relative to
// the measured rows, as fractions.
type Point struct {
	Rows     int     `json:"rows"` // that the fit used
	HeldOut  int     `json:"held_out"`
	MAPE     float64 `json:"mape"`
	P95Error float64 `json:"p95_error"`
	MaxError float64 `json:"max_error"`
}

func (p *Prediction) check() error {
	if !slices.Contains([]models.Kind{models.Conv, models.IR, models.Skip, models.IRPool}, p.Kind) || p.Shapes < 0 {
		return fmt.Errorf("%d blocks of kind %q cannot be predicted", p.Shapes, p.Kind)
	}
	return p.Model.Check()
}

// Lookup is a table's answer for one block, in microseconds: of the block alone, or
// its share of a network's latency.
type Lookup struct {
	Cost   float64
	Error  float64 // standard error
	Status Status  // OK if measured or between measured heads; else Predicted
}

// predictors are built from the rows when the first block is predicted.
type predictors struct {
	of   map[models.Kind]*predict.Predictor
	seen map[models.Block]Lookup
}

// setPrediction adds p or replaces that of its kind.
func (t *Table) setPrediction(p Prediction) {
	t.predictors = predictors{}
	if i := slices.IndexFunc(t.Predictions, func(q Prediction) bool { return q.Kind == p.Kind }); i >= 0 {
		t.Predictions[i] = p
		return
	}
	t.Predictions = append(t.Predictions, p)
}

// predicted predicts b. The error wraps ErrMissing where the measured rows do not
// support a prediction.
func (t *Table) predicted(b models.Block) (Lookup, error) {
	t.predicting.Lock()
	defer t.predicting.Unlock()
	if l, ok := t.predictors.seen[b]; ok {
		return l, nil
	}
	if t.predictors.of == nil {
		t.predictors = predictors{map[models.Kind]*predict.Predictor{}, map[models.Block]Lookup{}}
		for i := range t.Predictions {
			m := &t.Predictions[i].Model
			t.predictors.of[m.Kind] = predict.New(m, t.Samples(m.Kind, nil))
		}
	}
	p := t.predictors.of[b.Kind]
	if p == nil || !p.Covers(b) {
		return Lookup{}, fmt.Errorf("%s block %s: %w", b.Kind, shortKey(t.Key(b)), ErrMissing)
	}
	us, errUS := p.Predict(b)
	l := Lookup{us, errUS, Predicted}
	t.predictors.seen[b] = l
	return l, nil
}

// Samples are the measured rows of a kind, in the order in which they entered the
// table, except those of the blocks in without.
func (t *Table) Samples(kind models.Kind, without map[models.Block]bool) []predict.Sample {
	var list []predict.Sample
	for _, r := range t.rows {
		if r.Key.Kind == kind && r.Status == OK && !without[r.Key.Block] {
			list = append(list, predict.Sample{Block: r.Key.Block, US: r.LatencyUS, ErrorUS: r.ErrorUS})
		}
	}
	return list
}
