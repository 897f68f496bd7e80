package lut

import (
	"math"

	"fbnas/models"
)

// Base is the latency in microseconds that a network has beside its blocks;
// it may be negative in the form "offset".
func (t *Table) Base() float64 {
	if t.Calibration == nil {
		return 0
	}
	return t.Calibration.BaseUS
}

// BlockCost returns b's share of a network's latency in microseconds:
// Predict is Base plus the BlockCost of each block. It is negative for a block
// that costs less inside a network than calls and borders cost on average.
func (t *Table) BlockCost(b models.Block) (float64, error) {
	l, err := t.share(b)
	return l.US, err
}

// share is Lookup with the latency that b has of a network's.
func (t *Table) share(b models.Block) (Lookup, error) {
	l, err := t.Lookup(b)
	if err == nil && t.Calibration != nil && !b.Identity() {
		l.US -= t.Calibration.saved(b)
	}
	return l, err
}

// Estimate is what a table says of a network, in microseconds.
type Estimate struct {
	US      float64
	ErrorUS float64  // to be expected of US; unknown where the table's Certainty is
	Rows    int      // that it adds up; identities have none
	Blocks  []Lookup // each block's share of US, with the error and the status of its row

	Certainty Certainty // of the table
}

// Error is ErrorUS, nil where it is not known.
func (e Estimate) Error() *float64 {
	if !e.Certainty.Known() {
		return nil
	}
	return &e.ErrorUS
}

// Unmeasured returns how many blocks have a row that was predicted, and what
// those blocks have of the latency.
func (e Estimate) Unmeasured() (blocks int, us float64) {
	for _, b := range e.Blocks {
		if b.Status == Predicted {
			blocks++
			us += b.US
		}
	}
	return blocks, us
}

// Predict returns the latency of a network. The error to be expected is the
// 95th percentile of the table's Certainty, and beside it two standard errors of
// what the predicted rows add up to: how uncertain these are differs from
// network to network. What they err by together the validation has seen.
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
