package report

import (
	"reflect"
	"testing"

	"fbnas/lut"
	"fbnas/search"
)

// TestSearchOfTellsAll: each figure of a summary is in the report under
// its own name.
func TestSearchOfTellsAll(t *testing.T) {
	off := 3.0
	sum := search.Summary{
		Results: []search.Found{{Target: 1, Limit: 2, File: "arch.yaml", MACs: 5, Params: 6,
			Estimate: lut.Estimate{Cost: 4, Error: &off, Origin: lut.Validated, Rows: 7, PredictedRows: 8, PredictedCost: 9}}},
		Log10Architectures: 10, Smallest: 11, Largest: 12, Epochs: 13, Seconds: 14, Seed: 15, Warnings: []string{"w"},
		Table: lut.Certainty{Origin: lut.Validated, Networks: 16},
	}
	want := &Search{
		Results:            []Result{{Found: sum.Results[0]}},
		Log10Architectures: 10, SmallestUS: 11, LargestUS: 12, Epochs: 13, Seconds: 14, Seed: 15, Warnings: []string{"w"},
		Certainty: &lut.Certainty{Origin: lut.Validated, Networks: 16},
	}
	if got := SearchOf(sum); !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v, want %+v", got, want)
	}
	sum.Results[0].Error, sum.Table = nil, lut.Certainty{} // unknown, and of an older version
	if got := SearchOf(sum); got.Results[0].Error != nil || got.Certainty != nil {
		t.Errorf("unknown: %+v", got)
	}
}
