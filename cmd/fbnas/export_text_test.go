package main

import (
	"strings"
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

// TestPredictionsAreOfAForm: what a table predicts is not promised of a file that
// takes pixels, and what is warned of on stderr is not said again.
func TestPredictionsAreOfAForm(t *testing.T) {
	us := 23.0
	for otherForm, want := range map[string]string{
		"":                   "predicted  23.0 µs ± unknown\n",
		onnxexport.FloatNCHW: "predicted  23.0 µs ± unknown; it is for the float32-nchw form; the conversion of pixels in this file takes additional time\n",
	} {
		r := job.ExportResult{Path: "m.onnx", Bytes: 1, Precision: "fp32", PredictedInfo: job.PredictedInfo{PredictedUS: &us},
			Int8: &job.Int8Result{Warnings: []string{"int8 is slower"}}}
		if otherForm != "" {
			r.PredictedFor = &otherForm
		}
		var out strings.Builder
		if err := exportText(&out, &r); err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(out.String(), want) || strings.Contains(out.String(), "slower") {
			t.Errorf("%q:\n%s\nwant %s", otherForm, out.String(), want)
		}
	}
}
