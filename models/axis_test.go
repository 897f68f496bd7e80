package models

import (
	"encoding/json"
	"slices"
	"testing"
)

// TestOptionsAreWrittenAsTheyAre: numbers as numbers, names as names.
func TestOptionsAreWrittenAsTheyAre(t *testing.T) {
	options := []Option{Number(16), Number(1.5), Named("hswish"), Number(0)}
	text, err := json.Marshal(options)
	if err != nil || string(text) != `[16,1.5,"hswish",0]` {
		t.Fatalf("%s (%v)", text, err)
	}
	var got []Option
	if err := json.Unmarshal(text, &got); err != nil || !slices.Equal(got, options) {
		t.Errorf("%v (%v), want %v", got, err, options)
	}
	if err := json.Unmarshal([]byte(`[true]`), &got); err == nil {
		t.Error("an option may be true")
	}
	for i, want := range []string{"16", "1.5", "hswish", "0"} {
		if got := options[i].String(); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

// TestPointsOfAxes: each combination once, the last axis fastest; one that is
// fixed stays.
func TestPointsOfAxes(t *testing.T) {
	a := Axes{AxisIn: {Options: numbers([]int{4, 8})}, AxisExpansion: one(1), AxisKernel: {Options: numbers([]int{3, 5, 7})}, AxisOut: {Options: numbers([]int{4, 8})}}
	got := slices.Collect(a.Points())
	if len(got) != 12 || got[0] != (Point{}) || got[1] != (Point{AxisOut: 1}) || got[2] != (Point{AxisKernel: 1}) || got[11] != a.last() ||
		!slices.IsSortedFunc(got, func(p, q Point) int { return slices.Compare(p[:], q[:]) }) {
		t.Errorf("%v", got)
	}
	for range a.Points() {
		break // a caller may stop
	}
}
