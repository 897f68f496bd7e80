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
	us, _, err := t.Latency(b)
	if err != nil || t.Calibration == nil || b.Identity() {
		return us, err
	}
	return us - t.Calibration.saved(b), nil
}

// Predict returns the latency of a network in microseconds, and the error to
// be expected: the 95th percentile at the networks of the validation; without
// one the calibration's leave-one-out error; without that what the rows' own
// errors add up to.
func (t *Table) Predict(blocks []models.Block) (us, errUS float64, err error) {
	us = t.Base()
	var rows float64
	for _, b := range blocks {
		cost, err := t.BlockCost(b)
		if err != nil {
			return 0, 0, err
		}
		_, e, err := t.Latency(b)
		if err != nil {
			return 0, 0, err
		}
		us += cost
		rows += e * e
	}
	if share := t.Error(); share > 0 {
		return us, share * us, nil
	}
	return us, math.Sqrt(rows), nil
}

// Error is the relative error to be expected of a prediction, as Predict uses
// it; 0 when the table was neither validated nor calibrated.
func (t *Table) Error() float64 {
	switch {
	case t.Validation != nil && t.Validation.N > 0:
		return t.Validation.P95Error
	case t.Calibration != nil:
		return t.Calibration.looError()
	}
	return 0
}
