package search

import "fbnas/lut"

// Estimate is what a network costs, in the unit of the Cost that estimates it.
type Estimate struct {
	Evidence
	Cost   float64
	Blocks []BlockCost // of the network's blocks, in their order
}

// BlockCost is one block's part of a network's cost.
type BlockCost struct {
	Cost      float64
	Error     float64 // standard error
	Predicted bool    // from other blocks, not measured
}

// Evidence says what the cost of an architecture is based on, and so how well it
// is known.
type Evidence struct {
	Error         *float64   `json:"error_us"`          // expected error of the cost; null: unknown
	Origin        lut.Origin `json:"error_origin"`      // where the error comes from; "" in runs of older versions
	Rows          int        `json:"rows"`              // of the table that the cost adds up
	PredictedRows int        `json:"predicted_rows"`    // those that were predicted from others, not measured
	PredictedCost float64    `json:"predicted_rows_us"` // what their blocks contribute to the cost
}

// ErrorOrZero is Error, or 0 where it is unknown.
func (e Evidence) ErrorOrZero() float64 {
	if e.Error == nil {
		return 0
	}
	return *e.Error
}

// tableEstimate converts a table's estimate of a network.
func tableEstimate(e lut.Estimate) Estimate {
	out := Estimate{Cost: e.US, Evidence: Evidence{Error: e.Error(), Origin: e.Certainty.Origin, Rows: e.Rows}}
	out.PredictedRows, out.PredictedCost = e.Unmeasured()
	for _, b := range e.Blocks {
		out.Blocks = append(out.Blocks, BlockCost{b.US, b.ErrorUS, b.Status == lut.Predicted})
	}
	return out
}
