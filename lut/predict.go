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
func (t *Table) BlockCost(b models.Block) (float64, error) {
	l, err := t.share(b)
	return l.US, err
}

// share is Lookup, with b's share of a network's latency.
func (t *Table) share(b models.Block) (Lookup, error) {
	l, err := t.Lookup(b)
	if err == nil && t.Calibration != nil && !b.Identity() {
		l.US -= t.Calibration.saving(b)
	}
	return l, err
}

// Estimate is a table's prediction for a network, in microseconds.
type Estimate struct {
	US      float64
	ErrorUS float64  // expected error of US; unknown where the table's Certainty is
	Rows    int      // rows added up; identities have none
	Blocks  []Lookup // each block's share of US, with the error and the status of its row

	Certainty Certainty // of the table
}

// Error is ErrorUS, nil where it is unknown.
func (e Estimate) Error() *float64 {
	if !e.Certainty.Known() {
		return nil
	}
	return &e.ErrorUS
}

// Unmeasured returns how many blocks have a predicted row, and what those blocks
// contribute to the latency.
func (e Estimate) Unmeasured() (blocks int, us float64) {
	for _, b := range e.Blocks {
		if b.Status == Predicted {
			blocks++
			us += b.US
		}
	}
	return blocks, us
}

// Predict returns the latency of a network. The expected error combines the 95th
// percentile of the table's Certainty with two standard errors of the sum of
// predicted rows, whose uncertainty differs from network to network. What the
// predicted rows have in common as an error is part of the validation's error.
func (t *Table) Predict(blocks []models.Block) (Estimate, error) {
	e := Estimate{US: t.Base(), Blocks: make([]Lookup, len(blocks)), Certainty: t.Certainty()}
	var predicted float64 // variance
	for i, b := range blocks {
		l, err := t.share(b)
		if err != nil {
			return Estimate{}, err
		}
		e.Blocks[i] = l
		e.US += l.US
		if !b.Identity() {
			e.Rows++
		}
		if l.Status == Predicted {
			predicted += l.ErrorUS * l.ErrorUS
		}
	}
	if e.Certainty.Known() {
		e.ErrorUS = math.Hypot(e.Certainty.P95Error*e.US, 2*math.Sqrt(predicted))
	}
	return e, nil
}
