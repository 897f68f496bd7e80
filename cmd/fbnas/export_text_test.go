package main

import (
	"testing"

	"fbnas/job"
	"fbnas/onnxexport"
)

// TestSaturationSaid: what was found is said, and what followed.
func TestSaturationSaid(t *testing.T) {
	found := func(changed int) *onnxexport.Saturation {
		return &onnxexport.Saturation{Saturates: changed > 0, Images: 256, Changed: changed, MaxAbsDiff: 0.41, Device: "box"}
	}
	const saturate = "sums of 8-bit products saturate on box: 251 of 256 calibration images give other logits than exact sums, by at most 0.41"
	for _, tc := range []struct {
		bits  int
		found *onnxexport.Saturation
		want  string
	}{
		{8, nil, ""},
		{7, nil, ""},
		{8, found(0), "sums of 8-bit products do not saturate on box: all 256 calibration images give the logits of exact sums"},
		{7, found(251), saturate + "; so weights have 7 bits"},
		{8, found(251), saturate},
	} {
		i := job.Int8Result{WeightBits: tc.bits, Saturation: tc.found}
		if got := saturationText(i); got != tc.want {
			t.Errorf("%d bits, %+v: %q, want %q", tc.bits, tc.found, got, tc.want)
		}
	}
}
