package lut

import (
	"math"

	"fbnas/models"
)

// Base is the latency in microseconds that a network has besides its blocks; it
// may be negative in the form "offset".
func (t *Table) Base() float64 {
	if t.Calibration == nil {
		return 0
	}
	return t.Calibration.BaseUS
}

// BlockCost returns b's share of a network's latency in microseconds: Predict is
// Base plus the BlockCost of each block. It is negative for a block whose row is
// smaller than the saving at its call and borders.
func (t *Table) BlockCost(b models.Block) (Lookup, error) {
	l, err := t.Lookup(b)
	if err == nil && t.Calibration != nil && !b.Identity() {
		l.Cost -= t.Calibration.saving(b)
	}
	return l, err
}

// Estimate is the predicted cost of a network and what it is based on: the one form
// in which predictions pass from a table through a search into documents. Its costs
// are microseconds from a table, as the JSON names say; package search uses the
// same form for costs of other units.
type Estimate struct {
	Cost          float64  `json:"predicted_us"`
	Error         *float64 `json:"error_us"`          // expected error of Cost; null: unknown
	Origin        Origin   `json:"error_origin"`      // where the error comes from; "" in runs of older versions
	Rows          int      `json:"rows"`              // rows added up; identities have none
	PredictedRows int      `json:"predicted_rows"`    // rows of these that were predicted from others, not measured
	PredictedCost float64  `json:"predicted_rows_us"` // what the blocks of predicted rows contribute to the cost
}

// Add adds a block's share of the cost.
func (e *Estimate) Add(b models.Block, l Lookup) {
	e.Cost += l.Cost
	if !b.Identity() {
		e.Rows++
	}
	if l.Status == Predicted {
		e.PredictedRows++
		e.PredictedCost += l.Cost
	}
}

// Predict returns the latency of a network. The expected error combines the 95th
// percentile of the table's Certainty with two standard errors of the sum of
// predicted rows, whose uncertainty differs from network to network. What the
// predicted rows have in common as an error is part of the validation's error.
func (t *Table) Predict(blocks []models.Block) (Estimate, error) {
	c := t.Certainty()
	e := Estimate{Cost: t.Base(), Origin: c.Origin}
	var predicted float64 // variance
	for _, b := range blocks {
		l, err := t.BlockCost(b)
		if err != nil {
			return Estimate{}, err
		}
		e.Add(b, l)
		if l.Status == Predicted {
			predicted += l.Error * l.Error
		}
	}
	if c.Known() {
		e.Error = new(math.Hypot(c.P95Error*e.Cost, 2*math.Sqrt(predicted)))
	}
	return e, nil
}
