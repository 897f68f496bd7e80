package job

import (
	"testing"

	"fbnas/engine"
	"fbnas/internal/setup"
	"fbnas/onnx"
	"fbnas/onnxexport"
	"fbnas/quantize"
)

// TestSaturationMeasured: the measurement shows what this processor does with
// 255·127 + 255·127, and is not confused with 7 bits.
func TestSaturationMeasured(t *testing.T) {
	if _, err := setup.ORTLibrary(); err != nil {
		t.Skipf("%v (make setup)", err)
	}
	b := onnx.NewBuilder("two products", 17)
	y := b.Op("Conv", []string{b.Input("input", onnx.Float32, onnx.Dims(1, 2, 1, 1)), b.Initializer("two.weight", onnx.NewTensor("", []float32{1, 1}, 1, 2, 1, 1))})
	b.Node("Reshape", []string{y, b.Initializer("row", onnx.Vector[int64]("", 1, 1))}, []string{"logits"})
	b.Output("logits", onnx.Float32, onnx.Dims(1, 1))
	m, err := b.Model()
	if err != nil {
		t.Fatal(err)
	}
	ranges := map[string]quantize.Range{"input": {High: 1}, y: {High: 2}}
	plain, err := quantize.Quantise(m, ranges, quantize.Options{Activations: onnx.Uint8})
	if err != nil {
		t.Fatal(err)
	}
	data, err := plain.Bytes()
	if err != nil {
		t.Fatal(err)
	}
	session, err := openModel(data)
	if err != nil {
		t.Fatal(err)
	}
	defer session.Close()
	sum, err := session.Run(t.Context(), engine.Feeds{"input": engine.Floats([]float32{1, 1})})
	if err != nil {
		t.Fatal(err)
	}
	saturates := sum["logits"][0] < 1.5
	x := export{ExportOptions: ExportOptions{Device: "local"}, env: &Env{}, file: onnxexport.File{Model: m}, result: &ExportResult{Path: "x.onnx"}}
	c := quantize.Calibration{Images: 3, Image: func(i int) ([]float32, error) {
		return [][]float32{{0.1, 0.2}, {1, 1}, {0.5, 0.25}}[i], nil
	}}
	// The file's options do not change what is measured.
	for _, o := range []quantize.Options{{Activations: onnx.Uint8}, {ReduceRange: true}} {
		s, err := x.saturation(t.Context(), c, ranges, o)
		if err != nil {
			t.Fatal(err)
		}
		changed := 0
		if saturates {
			changed = 1
		}
		if s.Saturates != saturates || s.Changed != changed || s.Images != 3 || s.Device != "local" {
			t.Errorf("1 + 1 is %v here, and what was measured is %+v", sum["logits"][0], *s)
		}
	}
}
