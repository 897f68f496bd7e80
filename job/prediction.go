package job

import (
	"fbnas/lut"
	"fbnas/onnxexport"
)

// PredictedInfo is a lut.Estimate in the document of a file, which may have none:
// then all of it is null.
type PredictedInfo struct {
	PredictedUS     *float64 `json:"predicted_us"`
	ErrorUS         *float64 `json:"error_us"`          // to be expected of it; null: not known
	ErrorOrigin     *string  `json:"error_origin"`      // what it is from: validated, leave_one_out, none
	Rows            *int     `json:"rows"`              // of the table, that it adds up
	PredictedRows   *int     `json:"predicted_rows"`    // of them, those that were not measured
	PredictedRowsUS *float64 `json:"predicted_rows_us"` // what their blocks have of it
	// PredictedFor is the form of file that the prediction is for, where this file
	// is of another one, whose conversion takes additional time.
	PredictedFor *string `json:"predicted_for"`
}

// predictedInfo is the prediction for a file that takes this input.
func predictedInfo(e *lut.Estimate, input string) PredictedInfo {
	if e == nil || !(e.Cost > 0) {
		return PredictedInfo{}
	}
	p := PredictedInfo{PredictedUS: &e.Cost, ErrorUS: e.Error, ErrorOrigin: orNull(string(e.Origin)),
		Rows: &e.Rows, PredictedRows: &e.PredictedRows, PredictedRowsUS: &e.PredictedCost}
	if input == onnxexport.PixelsNHWC {
		p.PredictedFor = new(onnxexport.FloatNCHW)
	}
	return p
}

// Note is what is to be said beside the prediction, "" where nothing is.
func (p PredictedInfo) Note() string {
	if p.PredictedFor == nil {
		return ""
	}
	return onnxexport.PredictedForFloat
}

// stated is a prediction in a file's own words, beside what is known of the table.
func stated(table onnxexport.Latency, e lut.Estimate) *onnxexport.Latency {
	table.PredictedUS, table.ErrorOrigin, table.Rows, table.PredictedRows = e.Cost, string(e.Origin), e.Rows, e.PredictedRows
	if e.Error != nil {
		table.ErrorUS = *e.Error
	}
	return &table
}
