package main

import (
	"bytes"
	"strings"
	"testing"

	"fbnas/search"
)

// A search says what of its result was predicted, not measured, and how to be
// sure of it; and which blocks the device could not run.
func TestSearchTextOfPredictedRows(t *testing.T) {
	found := search.Found{Predicted: 12_000, Arch: "arch.yaml",
		Certainty: search.Certainty{Error: 300, Rows: 18, PredictedRows: 3, PredictedCost: 2500}}
	measured := found
	measured.Certainty = search.Certainty{Error: 250, Rows: 18}
	for name, c := range map[string]struct {
		summary   search.Summary
		want, not []string
	}{
		"predicted": {search.Summary{Results: []search.Found{found}, Excluded: 4},
			[]string{"± 300 µs", "3 of 18, 2.50 ms", "4 blocks, which failed", "--from runs/s/arch.yaml && fbnas bench timing.onnx --device DEVICE --lut 'my phone.lut'"}, nil},
		"measured": {search.Summary{Results: []search.Found{measured}}, []string{"± 250 µs", "0 of 18"}, []string{"excluded", "to be sure"}},
	} {
		var text bytes.Buffer
		if err := (searchResult{Run: "runs/s", Summary: c.summary, table: "my phone.lut"}).Text(&text); err != nil {
			t.Fatal(err)
		}
		for _, want := range c.want {
			if !strings.Contains(text.String(), want) {
				t.Errorf("%s: no %q in\n%s", name, want, &text)
			}
		}
		for _, not := range c.not {
			if strings.Contains(text.String(), not) {
				t.Errorf("%s: %q in\n%s", name, not, &text)
			}
		}
	}
}
