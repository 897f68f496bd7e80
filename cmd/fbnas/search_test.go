package main

import (
	"bytes"
	"strings"
	"testing"

	"fbnas/job"
	"fbnas/lut"
	"fbnas/search"
)

// A search says what of its result was predicted, not measured, and how to be
// sure of it; and which blocks the device could not run.
func TestSearchTextOfPredictedRows(t *testing.T) {
	three, less := 300.0, 250.0
	found := search.Found{File: "arch.yaml",
		Estimate: lut.Estimate{Cost: 12_000, Error: &three, Rows: 18, PredictedRows: 3, PredictedCost: 2500}}
	measured := found
	measured.Estimate = lut.Estimate{Cost: 12_000, Error: &less, Rows: 18}
	unknown := found
	unknown.Estimate = lut.Estimate{Cost: 12_000, Origin: lut.None, Rows: 18}
	for name, c := range map[string]struct {
		summary   search.Summary
		want, not []string
	}{
		"predicted": {search.Summary{Results: []search.Found{found}, Excluded: 4},
			[]string{"± 300 µs", "3 of 18, 2.50 ms", "4 blocks, which failed", "--from /runs/s/arch.yaml && fbnas bench timing.onnx --device DEVICE --lut '/tables/my phone.lut'"}, nil},
		"of unknown error": {search.Summary{Results: []search.Found{unknown}, Table: lut.Certainty{Origin: lut.None}},
			[]string{"± unknown", "certainty", "not known"}, nil},
		"left out": {search.Summary{Results: []search.Found{measured}, Table: lut.Certainty{Origin: lut.LeaveOneOut, Networks: 30, P95Error: 0.07}},
			[]string{"95 % of networks within 7 %, found by leaving each of 30 networks out of the calibration, not validated"}, nil},
		"measured": {search.Summary{Results: []search.Found{measured}}, []string{"± 250 µs", "0 of 18"}, []string{"excluded", "to be sure"}},
	} {
		var text bytes.Buffer
		if err := searchText(&text, &job.SearchResult{Run: "/runs/s", Summary: c.summary, TablePath: "/tables/my phone.lut"}); err != nil {
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

// A limit is meant in a phone's default mode: a search with a table of the other
// one says what to ask for, by the target and not by what it aims at below that.
func TestSearchTextOfAPhone(t *testing.T) {
	r := job.SearchResult{
		Summary:     search.Summary{Results: []search.Found{{Target: 12_000, Limit: 11_000, Estimate: lut.Estimate{Cost: 10_900}, File: "arch.yaml"}}},
		DefaultMode: &lut.DefaultMode{Network: "net-7", Ratio: 0.8, Spread: 0.02},
	}
	var text bytes.Buffer
	if err := searchText(&text, &r); err != nil {
		t.Fatal(err)
	}
	if want := "in default mode net-7 takes 0.80 times as long (± 2.0 %): 12.0 ms there is about --target 15ms\n"; !strings.Contains(text.String(), want) {
		t.Errorf("no %q in\n%s", want, &text)
	}
}
