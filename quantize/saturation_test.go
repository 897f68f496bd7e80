package quantize_test

import (
	"context"
	"math"
	"strings"
	"testing"

	"fbnas/engine/enginetest"
	"fbnas/internal/convert"
	"fbnas/onnx"
	"fbnas/onnxexport"
	"fbnas/quantize"
)

// TestExact: the twin's integer kernels compute what the oracle computes without
// saturation, on every processor, and exactly what weights of 7 bits give.
func TestExact(t *testing.T) {
	exactly := func(m *onnx.Model) *onnx.Model {
		twin, err := quantize.Exact(m)
		if err != nil {
			t.Fatal(err)
		}
		return twin
	}
	for name := range architectures {
		q := calibrated(t, float(t, name), unsigned, quantize.MinMax)
		twin := exactly(q)
		if a, b := ops(optimised(t, q)), ops(optimised(t, twin)); a["QLinearConv"] != b["QLinearConv"] {
			t.Errorf("%s: %d convolutions in integers, of the twin %d", name, a["QLinearConv"], b["QLinearConv"])
		}
		if n := against(t, twin, open(t)); n != 0 {
			t.Errorf("%s: %d sums of the twin would saturate", name, n)
		}
		for bits, want := range map[int]bool{7: false, 8: processorSaturates(t)} {
			q := calibrated(t, float(t, name), quantize.Options{Activations: onnx.Uint8, ReduceRange: bits == 7}, quantize.MinMax)
			s, err := quantize.SaturationOf(noiseLogits(t, exactly(q)), noiseLogits(t, q))
			if err != nil {
				t.Fatal(err)
			}
			if s.Saturates != want || s.Images != 100 {
				t.Errorf("%s, %d bits: %+v, want saturation %v", name, bits, s, want)
			}
		}
	}
	q := calibrated(t, linear(t), unsigned, quantize.MinMax)
	against(t, exactly(q), open(t))
	if _, err := quantize.Exact(exactly(q)); err == nil || !strings.Contains(err.Error(), "not int8") {
		t.Errorf("the twin of a twin: %v", err)
	}
}

// noiseLogits are a model's logits for 100 images of noise.
func noiseLogits(t *testing.T, m *onnx.Model) [][]float64 {
	t.Helper()
	data, err := m.Bytes()
	if err != nil {
		t.Fatal(err)
	}
	s, err := open(t)(data)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	c := quantize.Calibration{Images: 100, Image: func(i int) ([]float32, error) {
		return convert.Slice[float32](enginetest.Normal(uint64(i), "image", product(dims(m.Inputs()[0].Shape)))), nil
	}}
	logits, err := c.Logits(context.Background(), onnxexport.Batched(s, "input", "logits", 1))
	if err != nil {
		t.Fatal(err)
	}
	return logits
}

func TestSaturationOf(t *testing.T) {
	exact := [][]float64{{1, 2}, {3, 4}, {5, 6}}
	for name, tc := range map[string]struct {
		got  [][]float64
		want onnxexport.Saturation
	}{
		"nothing":   {exact, onnxexport.Saturation{Images: 3}},
		"one image": {[][]float64{{1, 2}, {2.5, 4.25}, {5, 6}}, onnxexport.Saturation{Saturates: true, Images: 3, Changed: 1, MaxAbsDiff: 0.5}},
		"all":       {[][]float64{{1, 2.25}, {3, 4.25}, {5, 5.75}}, onnxexport.Saturation{Saturates: true, Images: 3, Changed: 3, MaxAbsDiff: 0.25}},
		"the last bit": {[][]float64{{1, 2}, {3, 4}, {5, math.Nextafter(6, 7)}},
			onnxexport.Saturation{Saturates: true, Images: 3, Changed: 1, MaxAbsDiff: math.Nextafter(6, 7) - 6}},
	} {
		if s, err := quantize.SaturationOf(exact, tc.got); err != nil || s != tc.want {
			t.Errorf("%s: %+v, %v, want %+v", name, s, err, tc.want)
		}
	}
	for _, got := range [][][]float64{exact[:2], {{1, 2}, {3}, {5, 6}}} {
		if _, err := quantize.SaturationOf(exact, got); err == nil {
			t.Errorf("%v was compared", got)
		}
	}
}
