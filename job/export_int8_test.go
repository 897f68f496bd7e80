package job

import (
	"slices"
	"strings"
	"testing"

	"fbnas/latency"
	"fbnas/onnx"
	"fbnas/onnxexport"
	"fbnas/quantize"
)

func TestInt8Options(t *testing.T) {
	for _, tc := range []struct {
		name  string
		given Int8Options
		arch  string
		want  quantize.Options
	}{
		{"a phone", Int8Options{}, "arm64", quantize.Options{Activations: onnx.Int8}},
		{"x86", Int8Options{}, "amd64", quantize.Options{Activations: onnx.Uint8}},
		{"x86, as asked for", Int8Options{Activations: "int8", ReduceRange: Off}, "amd64", quantize.Options{Activations: onnx.Int8}},
		{"a phone, as asked for", Int8Options{Activations: "uint8", ReduceRange: On}, "arm64", quantize.Options{Activations: onnx.Uint8, ReduceRange: true}},
	} {
		got := tc.given.options(tc.arch)
		if got.Activations != tc.want.Activations || got.ReduceRange != tc.want.ReduceRange {
			t.Errorf("%s: %+v, want %+v", tc.name, got, tc.want)
		}
	}
}

// TestSaturationWarned: saturation is warned of where weights have 8 bits all the
// same.
func TestSaturationWarned(t *testing.T) {
	found := func(changed int) *onnxexport.Saturation {
		return &onnxexport.Saturation{Saturates: changed > 0, Images: 256, Changed: changed, MaxAbsDiff: 0.41, Device: "box"}
	}
	const saturate = "sums of 8-bit products saturate on box: 251 of 256 calibration images give other logits than exact sums, by at most 0.41"
	for _, tc := range []struct {
		bits     int
		found    *onnxexport.Saturation
		warnings []string
	}{
		{8, nil, nil},
		{7, nil, nil},
		{8, found(0), nil},
		{7, found(251), nil},
		{8, found(251), []string{saturate + ": leave out --reduce-range=off, and weights get 7 bits"}},
	} {
		i := &Int8Result{WeightBits: tc.bits, Saturation: tc.found, AgainstFloat: &latency.Comparison{Ratio: 0.8, P: 0.001}, FloatLatencyUS: 100, LatencyUS: 80}
		x := export{env: &Env{}, result: &ExportResult{Int8: i}}
		if x.judge(); !slices.Equal(i.Warnings, tc.warnings) {
			t.Errorf("%d bits, %+v: %q", tc.bits, tc.found, i.Warnings)
		}
	}
}

// TestInt8Judged: what does not pay is said, and nothing else.
func TestInt8Judged(t *testing.T) {
	faster := &latency.Comparison{Ratio: 0.8, P: 0.001}
	for _, tc := range []struct {
		name          string
		float, top1   float64
		against       *latency.Comparison
		before, after float64
		want          []string
	}{
		{"all well", 0.9, 0.895, faster, 100, 80, nil},
		{"no accuracy", 0, 0, faster, 100, 80, nil},
		{"a point", 0.9, 0.885, faster, 100, 80, []string{"loses 1.5 points"}},
		{"slower", 0.9, 0.9, &latency.Comparison{Ratio: 1.4, P: 0.001}, 100, 140, []string{"slower than float on local (+40.0 %)"}},
		{"the same", 0.9, 0.9, &latency.Comparison{Ratio: 1.01, P: 0.4}, 100, 101, []string{"not told from float"}},
		{"few rounds", 0.9, 0.9, nil, 100, 101, []string{"slower than float"}},
		{"both", 0.9, 0.8, &latency.Comparison{Ratio: 1.4, P: 0.001}, 100, 140, []string{"loses 10.0 points", "slower than float"}},
	} {
		i := &Int8Result{AgainstFloat: tc.against, FloatLatencyUS: tc.before, LatencyUS: tc.after, Device: DeviceInfo{Name: "local"}}
		if tc.float > 0 {
			i.FloatTop1, i.Top1 = &tc.float, &tc.top1
		}
		x := export{env: &Env{}, result: &ExportResult{Int8: i}}
		x.judge()
		if !slices.EqualFunc(i.Warnings, tc.want, strings.Contains) {
			t.Errorf("%s: %q, want %q", tc.name, i.Warnings, tc.want)
		}
	}
}
