package search

import "fbnas/lut"

// Estimate is what a network costs, in the unit of the Cost that gives it.
type Estimate struct {
	Evidence
	Cost   float64
	Blocks []BlockCost // of the network's blocks, in their order
}

// BlockCost is what one block has of a network's cost.
type BlockCost struct {
	Cost      float64
	Error     float64 // standard error
	Predicted bool    // from other blocks, not measured
}

// Evidence is what the cost of an architecture rests on, and so how well it is
// known.
type Evidence struct {
	Error         *float64   `json:"error_us"`          // to be expected of the cost; null: not known
	Origin        lut.Origin `json:"error_origin"`      // what the error is from; "" in runs of older versions
	Rows          int        `json:"rows"`              // that the cost adds up
	PredictedRows int        `json:"predicted_rows"`    // of them, those that were predicted from others, not measured
	PredictedCost float64    `json:"predicted_rows_us"` // what their blocks have of the cost
}

// ErrorOrZero is Error, 0 where it is not known.
func (e Evidence) ErrorOrZero() float64 {
	if e.Error == nil {
		return 0
	}
	return *e.Error
}

// timed is a table's estimate of a network.
func timed(e lut.Estimate) Estimate {
	out := Estimate{Cost: e.US, Evidence: Evidence{Error: e.Error(), Origin: e.Certainty.Origin, Rows: e.Rows}}
	out.PredictedRows, out.PredictedCost = e.Unmeasured()
	for _, b := range e.Blocks {
		out.Blocks = append(out.Blocks, BlockCost{b.US, b.ErrorUS, b.Status == lut.Predicted})
	}
	return out
}
