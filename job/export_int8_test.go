package job

import (
	"context"
	"reflect"
	"slices"
	"strings"
	"testing"

	"fbnas/engine"
	"fbnas/latency"
	"fbnas/onnx"
	"fbnas/onnxexport"
	"fbnas/quantize"
	"fbnas/train"
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

// TestSaturationWarned: there is a warning of saturation where weights have 8
// bits all the same.
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
		if x.warnOfInt8(); !slices.Equal(i.Warnings, tc.warnings) {
			t.Errorf("%d bits, %+v: %q", tc.bits, tc.found, i.Warnings)
		}
	}
}

// TestInt8Judged: there is a warning of what does not pay off, and no other.
func TestInt8Judged(t *testing.T) {
	faster := &latency.Comparison{Ratio: 0.8, P: 0.001}
	for _, tc := range []struct {
		name          string
		float, top1   float64
		chance        float64
		against       *latency.Comparison
		before, after float64
		want          []string
	}{
		{"all well", 0.9, 0.895, 0.002, faster, 100, 80, nil},
		{"no accuracy", 0, 0, 0, faster, 100, 80, nil},
		{"a point", 0.9, 0.885, 0.004, faster, 100, 80, []string{"loses 1.5 ± 0.4 points of accuracy: try"}},
		{"one of 35 images", 35. / 35, 34. / 35, 2. / 35, faster, 100, 80, []string{"loses 2.9 points of accuracy on 35 test images, which may be chance (± 5.7 points)"}},
		{"slower", 0.9, 0.9, 0, &latency.Comparison{Ratio: 1.4, P: 0.001}, 100, 140, []string{"slower than float on local (+40.0 %)"}},
		{"the same", 0.9, 0.9, 0, &latency.Comparison{Ratio: 1.01, P: 0.4}, 100, 101, []string{"no difference in speed"}},
		{"few rounds", 0.9, 0.9, 0, nil, 100, 101, []string{"slower than float"}},
		{"both", 0.9, 0.8, 0.01, &latency.Comparison{Ratio: 1.4, P: 0.001}, 100, 140, []string{"loses 10.0 ± 1.0 points", "slower than float"}},
	} {
		i := &Int8Result{AgainstFloat: tc.against, FloatLatencyUS: tc.before, LatencyUS: tc.after, Device: DeviceInfo{Name: "local"}}
		if tc.float > 0 {
			i.FloatTop1, i.Top1, i.Top1Error, i.TestImages = &tc.float, &tc.top1, &tc.chance, 35
		}
		x := export{env: &Env{}, result: &ExportResult{Int8: i}}
		x.warnOfInt8()
		if !slices.EqualFunc(i.Warnings, tc.want, strings.Contains) {
			t.Errorf("%s: %q, want %q", tc.name, i.Warnings, tc.want)
		}
	}
}

// TestChangeError: the chance follows from the images whose class changes, in
// their order, and not from the padding of a batch.
func TestChangeError(t *testing.T) {
	logits := map[float64][]float64{0: {1, 0, 0, 1, 1, 0}, 1: {0, 1, 0, 1, 1, 0}} // three images of two classes
	classes := func(batches ...float64) []int {
		r := &classRecorder{Runner: answering(logits), batch: 3}
		for _, b := range batches {
			if _, err := r.Run(t.Context(), engine.Feeds{train.Images: engine.Scalar(b)}); err != nil {
				t.Fatal(err)
			}
		}
		return r.classes
	}
	was, is := classes(0, 0), classes(0, 1)
	if !slices.Equal(was, []int{0, 1, 0, 0, 1, 0}) || !slices.Equal(is, []int{0, 1, 0, 1, 1, 0}) {
		t.Fatalf("classes %v and %v", was, is)
	}
	if got, want := changeError(was, is, 5), 2./5; got != want {
		t.Errorf("one of five images is seen otherwise: %v, want %v", got, want)
	}
	if got := changeError(was, is, 3); got != 0 {
		t.Errorf("what fills the batch is counted: %v", got)
	}
}

// answering returns the logits for the number that it is fed.
type answering map[float64][]float64

func (a answering) Run(_ context.Context, feeds engine.Feeds) (engine.Results, error) {
	return engine.Results{train.Logits: a[float64(feeds[train.Images].Floats[0])]}, nil
}

func (a answering) Close() error { return nil }

// TestInt8States: the file says how it was made, and what it was compared with.
func TestInt8States(t *testing.T) {
	b := onnx.NewBuilder("m", 17)
	b.Output(b.Op("Relu", []string{b.Input("x", onnx.Float32, onnx.Dims(1))}), onnx.Float32, onnx.Dims(1))
	m, err := b.Model()
	if err != nil {
		t.Fatal(err)
	}
	x := quantiser{export: &export{ExportOptions: ExportOptions{Int8: &Int8Options{Float: []string{"first"}}}, result: &ExportResult{Int8: &Int8Result{
		Activations: "uint8", WeightBits: 7, Method: "entropy", Images: 64, Calibration: new("photos"), FloatTop1: new(0.9), Top1: new(0.88), Top1Error: new(0.01),
		Saturation: &onnxexport.Saturation{Saturates: true, Images: 64}, Agreement: AgreementInfo{80, onnxexport.Agreement{SameClass: 79, MaxAbsDiff: 0.3, SQNR: 27}},
	}}}, quantised: onnxexport.File{Model: m, Metadata: onnxexport.Metadata{Weights: "the float file's"}}}
	x.recordQuantisation()
	says := x.quantised.Metadata
	want := onnxexport.Quantization{
		Activations: "uint8", Method: "entropy", Data: "photos", Images: 64, ReduceRange: true, Saturation: x.result.Int8.Saturation, Float: []string{"first"},
		Compared: 80, Agreement: onnxexport.Agreement{SameClass: 79, MaxAbsDiff: 0.3, SQNR: 27}, FloatTop1: 0.9, Top1Error: 0.01, FloatWeights: "the float file's",
	}
	if !reflect.DeepEqual(*says.Quantization, want) || says.Precision != latency.Int8 || says.Weights != onnxexport.WeightsDigest(m) {
		t.Errorf("%+v in %s, want %+v", *says.Quantization, says.Precision, want)
	}
	x.result.Int8.WeightBits, x.result.Int8.Calibration, x.result.Int8.FloatTop1 = 8, nil, nil
	x.recordQuantisation()
	if q := x.quantised.Metadata.Quantization; q.ReduceRange || q.Data != "" || q.FloatTop1 != 0 || q.Top1Error != 0 {
		t.Errorf("random weights: %+v", q)
	}
}
