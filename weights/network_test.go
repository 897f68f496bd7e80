package weights_test

import (
	"path/filepath"
	"reflect"
	"testing"

	"fbnas/dataset"
	"fbnas/internal/chw"
	"fbnas/onnxexport"
	"fbnas/train"
	"fbnas/weights"
)

func TestNetworkSurvivesItsFile(t *testing.T) {
	arch, blocks := small(t, 3)
	n := weights.Network{
		Arch: arch, Classes: []string{"a", "b", "c"}, Data: "d1935", Test: train.Accuracy{Correct: 22, Images: 24},
		Preprocessing: dataset.Preprocessing{Shape: chw.Shape{Channels: 3, Height: 16, Width: 16}, Mean: []float32{.5, .5, .5}, Std: []float32{.2, .2, .2}, Pictures: 1},
		Values:        onnxexport.RandomWeights(blocks, 1),
	}
	path := filepath.Join(t.TempDir(), "weights.safetensors")
	if err := n.Write(path); err != nil {
		t.Fatal(err)
	}
	got, err := weights.Read(path)
	if err != nil {
		t.Fatal(err)
	}
	for name, v := range n.Values {
		for i := range v {
			if got.Values[name][i] != float64(float32(v[i])) {
				t.Fatalf("%s[%d] is %g, was %g", name, i, got.Values[name][i], v[i])
			}
		}
	}
	if len(got.Values) != len(n.Values) {
		t.Errorf("%d tensors, wrote %d", len(got.Values), len(n.Values))
	}
	got.Values, n.Values = nil, nil
	if !reflect.DeepEqual(got, n) {
		t.Errorf("read %+v, wrote %+v", got, n)
	}
}
