package job

import (
	"encoding/json"
	"testing"

	"fbnas/lut"
	"fbnas/onnxexport"
)

// TestPredictedInfo: what a document says of a prediction, and what a file does.
func TestPredictedInfo(t *testing.T) {
	known := lut.Estimate{Cost: 50, Error: new(7.0), Origin: lut.Validated, Rows: 5, PredictedRows: 2, PredictedCost: 11}
	unknown := known
	unknown.Error, unknown.Origin = nil, lut.None
	const nothing = `{"predicted_us":null,"error_us":null,"error_origin":null,"rows":null,"predicted_rows":null,"predicted_rows_us":null,"predicted_for":null}`
	for _, c := range []struct {
		name     string
		estimate *lut.Estimate
		input    string
		want     string
	}{
		{"none", nil, onnxexport.PixelsNHWC, nothing},
		{"below zero", &lut.Estimate{Cost: -1}, onnxexport.FloatNCHW, nothing},
		{"known", &known, onnxexport.FloatNCHW,
			`{"predicted_us":50,"error_us":7,"error_origin":"validated","rows":5,"predicted_rows":2,"predicted_rows_us":11,"predicted_for":null}`},
		{"unknown", &unknown, "",
			`{"predicted_us":50,"error_us":null,"error_origin":"none","rows":5,"predicted_rows":2,"predicted_rows_us":11,"predicted_for":null}`},
		{"of a file of pixels", &known, onnxexport.PixelsNHWC,
			`{"predicted_us":50,"error_us":7,"error_origin":"validated","rows":5,"predicted_rows":2,"predicted_rows_us":11,"predicted_for":"float32-nchw"}`},
	} {
		p := predictedInfo(c.estimate, c.input)
		if text, err := json.Marshal(p); err != nil || string(text) != c.want {
			t.Errorf("%s: %s (%v), want %s", c.name, text, err, c.want)
		}
		if said := p.Note() != ""; said != (p.PredictedFor != nil) {
			t.Errorf("%s: the note is %q", c.name, p.Note())
		}
	}
	table := onnxexport.Latency{Device: "a phone", Table: "0123"}
	want := onnxexport.Latency{Device: "a phone", Table: "0123", PredictedUS: 50, ErrorUS: 7, ErrorOrigin: "validated", Rows: 5, PredictedRows: 2}
	if got := stated(table, known); *got != want {
		t.Errorf("a file says %+v, want %+v", *got, want)
	}
	want.ErrorUS, want.ErrorOrigin = 0, "none"
	if got := stated(table, unknown); *got != want {
		t.Errorf("a file says %+v, want %+v", *got, want)
	}
}
