package agent_test

import (
	"bytes"
	"flag"
	"os"
	"testing"

	"fbnas/onnx"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// TestTiny builds the model that the agent carries for its self-test.
func TestTiny(t *testing.T) {
	b := onnx.NewBuilder("tiny", 17)
	x := b.Input("x", onnx.Float32, onnx.Dims(1, 1, 4, 4))
	w := b.Initializer("w", onnx.NewTensor("w", []float32{1, 1, 1, 1, 1, 1, 1, 1, 1}, 1, 1, 3, 3))
	b.Node("Conv", []string{x, w}, []string{"y"})
	b.Output("y", onnx.Float32, onnx.Dims(1, 1, 2, 2))
	m, err := b.Model()
	if err != nil {
		t.Fatal(err)
	}
	want, err := m.Bytes()
	if err != nil {
		t.Fatal(err)
	}
	const path = "testdata/tiny.onnx"
	if *update {
		if err := os.WriteFile(path, want, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if got, err := os.ReadFile(path); err != nil || !bytes.Equal(got, want) {
		t.Errorf("%s is not what this test builds (%v): run it with -update", path, err)
	}
}
