package weights_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"fbnas/models"
)

// TestFilesOfPyTorch: files that testdata/make.py wrote give a network that
// computes what PyTorch computed, by the names of their tensors and by their
// graphs.
func TestFilesOfPyTorch(t *testing.T) {
	data, err := os.ReadFile("testdata/logits.json")
	if err != nil {
		t.Fatal(err)
	}
	var want map[string][]float64
	if err := json.Unmarshal(data, &want); err != nil {
		t.Fatal(err)
	}
	arch, biased := small(t, 3)
	arch.Rows = slices.Clone(arch.Rows)
	arch.Rows[0].Bias, arch.Rows[3].Bias = false, false
	bare, err := arch.Resolve()
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		file, logits, names string
		blocks              []models.Block
	}{
		{"mobile_vision.pth", "mobile_vision", "mobile-vision", biased},
		{"folded.onnx", "mobile_vision", "", biased},
		{"folded.onnx", "mobile_vision", "", bare}, // folding removes the biases
		{"batchnorm.onnx", "mobile_vision", "", biased},
		{"batchnorm.onnx", "mobile_vision", "", bare},
		{"timm.pth", "timm", "timm", bare},
		{"timm.pth", "timm", "timm", biased}, // a bias of zero before a batch norm
		{"byhand.onnx", "timm", "", bare},
	} {
		l, err := load(filepath.Join("testdata", c.file), c.blocks)
		if err != nil {
			t.Errorf("%s: %v", c.file, err)
			continue
		}
		if l.Names != c.names || (l.Note != "") != (c.names == "timm") {
			t.Errorf("%s: names of %q, note %q", c.file, l.Names, l.Note)
		}
		got := logits(t, c.blocks, l.Values, ramp(3*16*16), 1)
		if d := differ(got, want[c.logits]); !(d <= 1e-5) || len(got) != len(want[c.logits]) {
			t.Errorf("%s: logits %v, PyTorch's are %v", c.file, got, want[c.logits])
		}
	}
}
