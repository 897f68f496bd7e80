package job

import (
	"path/filepath"
	"testing"

	"fbnas/dataset"
	"fbnas/onnxexport"
)

// TestBenchPredictsByTheFile: a table's prediction is that of the architecture
// that the file states, and marked where the file is of another form.
func TestBenchPredictsByTheFile(t *testing.T) {
	space := smallSpace(t)
	table := simulated(t, space)
	arch, err := space.Arch(space.Largest(), 10)
	if err != nil {
		t.Fatal(err)
	}
	blocks, err := arch.Resolve()
	if err != nil {
		t.Fatal(err)
	}
	want, err := table.Predict(blocks)
	if err != nil {
		t.Fatal(err)
	}
	for input, otherForm := range map[string]string{onnxexport.FloatNCHW: "", onnxexport.PixelsNHWC: onnxexport.FloatNCHW} {
		f, err := onnxexport.Build(onnxexport.Spec{
			Name: arch.Name, Blocks: blocks, Weights: onnxexport.RandomWeights(blocks, 1), Form: onnxexport.Form{Batch: 1, Input: input},
			Metadata: onnxexport.Metadata{Architecture: string(arch.YAML()),
				Preprocessing: &dataset.Preprocessing{Shape: arch.Input, Mean: []float32{0.5}, Std: []float32{0.25}}},
		})
		if err != nil {
			t.Fatal(err)
		}
		path := filepath.Join(t.TempDir(), "a.onnx")
		if err := f.Write(path); err != nil {
			t.Fatal(err)
		}
		got := predicted(nil, table, path)
		if got.PredictedUS == nil || *got.PredictedUS != want.Cost || *got.Rows != len(blocks) || *got.PredictedRows != 0 {
			t.Errorf("%s: %+v, want %+v", input, got, want)
		}
		if form := got.PredictedFor; (form == nil) != (otherForm == "") || form != nil && *form != otherForm {
			t.Errorf("%s: the prediction is marked as for %v, want %q", input, form, otherForm)
		}
	}
}
