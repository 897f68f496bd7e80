package weights_test

import (
	"io"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"fbnas/dataset"
	"fbnas/internal/atomicfile"
	"fbnas/internal/chw"
	"fbnas/internal/safetensors"
	"fbnas/models"
	"fbnas/onnxexport"
	"fbnas/train"
	"fbnas/weights"
)

// load reads the file at path as the complete weights of a network.
func load(path string, blocks []models.Block) (weights.Loaded, error) {
	f, err := weights.Open(path)
	if err != nil {
		return weights.Loaded{}, err
	}
	defer f.Close()
	l, err := f.Match(blocks)
	if err != nil {
		return l, err
	}
	return l, l.Whole()
}

// small is a network with every kind of tensor that a file can contain.
func small(t *testing.T, classes int) (models.Arch, []models.Block) {
	t.Helper()
	arch := models.Arch{
		Name: "small", Input: models.Input{Channels: 3, Height: 16, Width: 16}, Classes: classes,
		Rounding: models.Rounding{Divisor: 8},
		Rows: []models.Row{
			{Kind: models.Conv, Out: 8, Kernel: 3, Stride: 2, Act: "hswish", Bias: true},
			{Kind: models.IR, Out: 8, Kernel: 3, Expansion: 1, Act: "relu"},
			{Kind: models.IR, Out: 16, Kernel: 5, Stride: 2, Expansion: 2, Act: "hswish", SE: "hsigmoid", SEAct: "relu", SERatio: .25},
			{Kind: models.IR, Out: 16, Kernel: 3, Expansion: 2, Act: "hswish", Groups: 2, OutGroups: 2, Shuffle: true, Bias: true},
			{Kind: models.Skip, Out: 8},
			{Kind: models.IRPool, Out: 8, Expansion: 2, Act: "hswish"},
		},
		Head: models.HeadRow{Bias: true},
	}
	blocks, err := arch.Resolve()
	if err != nil {
		t.Fatal(err)
	}
	return arch, blocks
}

// written is a weights.safetensors of a network with random weights.
func written(t *testing.T, arch models.Arch, blocks []models.Block) (string, map[string][]float64) {
	t.Helper()
	values := onnxexport.RandomWeights(blocks, 1)
	path := filepath.Join(t.TempDir(), "weights.safetensors")
	w := weights.Network{
		Arch: arch, Classes: []string{"a", "b", "c"}, Values: values,
		Preprocessing: dataset.Preprocessing{Shape: chw.Shape{Channels: 3, Height: 16, Width: 16}, Mean: []float32{.5, .5, .5}, Std: []float32{.2, .2, .2}},
	}
	if err := w.Write(path); err != nil {
		t.Fatal(err)
	}
	return path, values
}

func TestLoadsItsOwnWeights(t *testing.T) {
	arch, blocks := small(t, 3)
	path, values := written(t, arch, blocks)
	l, err := load(path, blocks)
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range values {
		for i, got := range l.Values[name] {
			if got != float64(float32(want[i])) {
				t.Fatalf("%s[%d] is %g, want %g", name, i, got, want[i])
			}
		}
	}
	if len(l.Values) != len(values) || len(l.Fresh) != 0 {
		t.Errorf("%d tensors of %d, fresh %v", len(l.Values), len(values), l.Fresh)
	}
	if !slices.Equal(l.File.Classes, []string{"a", "b", "c"}) || l.File.Preprocessing.Std[0] != .2 {
		t.Errorf("the file says %v, %v", l.File.Classes, l.File.Preprocessing)
	}
}

func TestOtherClassesStartAnew(t *testing.T) {
	arch, blocks := small(t, 3)
	path, _ := written(t, arch, blocks)
	_, five := small(t, 5)
	l, err := load(path, five)
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"head.classifier.weight", "head.classifier.bias"}
	if !slices.Equal(l.Fresh, want) || l.Values[want[0]] != nil {
		t.Errorf("fresh are %v, want %v", l.Fresh, want)
	}
}

func TestMisfitsAreAllNamed(t *testing.T) {
	arch, blocks := small(t, 3)
	path, _ := written(t, arch, blocks)
	arch.Rows[1].Kernel, arch.Rows[2].SE, arch.Rows[2].SEAct, arch.Rows[2].SERatio = 5, "", "", 0
	arch.Rows[3].Bias = false
	arch.Rows[0].Bias = true
	arch.Rows[4].Out = 32
	other, err := arch.Resolve()
	if err != nil {
		t.Fatal(err)
	}
	_, err = load(path, other)
	if err == nil {
		t.Fatal("another architecture takes the weights")
	}
	for _, want := range []string{
		"blocks.01.depthwise.weight is [8 1 3 3] in the file, [8 1 5 5] in the network",
		"blocks.04.conv.weight is [8 16 1 1]", "and ",
	} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("%v\ndoes not say %q", err, want)
		}
	}
}

// TestWhatNoShapeTells: a network that computes something else with tensors of the
// same shapes does not take them.
func TestWhatNoShapeTells(t *testing.T) {
	arch, blocks := small(t, 3)
	path, _ := written(t, arch, blocks)
	for want, change := range map[string]func(rows []models.Row){
		"blocks.00 has the stride 2 in the file, 1 in the network":                         func(rows []models.Row) { rows[0].Stride = 1 },
		"blocks.00 has the padding 1 in the file, 0 in the network":                        func(rows []models.Row) { rows[0].Pad = new(0) },
		"blocks.01 has the activation relu in the file, hswish in the network":             func(rows []models.Row) { rows[1].Act = "hswish" },
		"blocks.01 has the shortcut true in the file, false in the network":                func(rows []models.Row) { rows[1].Residual = new(false) },
		"blocks.02 has the gate hsigmoid in the file, sigmoid in the network":              func(rows []models.Row) { rows[2].SE = "sigmoid" },
		"blocks.02 has the activation in the gate relu in the file, hswish in the network": func(rows []models.Row) { rows[2].SEAct = "hswish" },
		"blocks.03 has the shuffle true in the file, false in the network":                 func(rows []models.Row) { rows[3].Shuffle = false },
	} {
		other := arch
		other.Rows = slices.Clone(arch.Rows)
		change(other.Rows)
		resolved, err := other.Resolve()
		if err != nil {
			t.Fatalf("%s: %v", want, err)
		}
		if _, err := load(path, resolved); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %q", err, want)
		}
	}
}

// TestOwnFilesThatLackTensors are refused, and what is missing is named.
func TestOwnFilesThatLackTensors(t *testing.T) {
	arch, blocks := small(t, 3)
	path, _ := written(t, arch, blocks)
	file, err := safetensors.Read(path)
	if err != nil {
		t.Fatal(err)
	}
	file.Tensors = file.Tensors[:len(file.Tensors)-1]
	cut := filepath.Join(t.TempDir(), "cut.safetensors")
	if err := atomicfile.Write(cut, func(w io.Writer) error { return safetensors.Write(w, file) }); err != nil {
		t.Fatal(err)
	}
	if _, err := weights.Read(cut); err == nil || !strings.Contains(err.Error(), "holds no network of fbnas: head.classifier.bias has 0 values, want the shape [3]") {
		t.Errorf("%v", err)
	}
}

// TestAnExportedFileStatesItsAccuracy: the number of images that were seen right is
// whole, though the file has a fraction.
func TestAnExportedFileStatesItsAccuracy(t *testing.T) {
	arch, blocks := small(t, 3)
	m, err := onnxexport.Export(onnxexport.Spec{Name: "small", Blocks: blocks, Weights: onnxexport.RandomWeights(blocks, 1), Metadata: onnxexport.Metadata{
		Architecture: string(arch.YAML()), Classes: []string{"a", "b", "c"}, Data: "d1935", Accuracy: &onnxexport.Accuracy{Top1: 29. / 100, Images: 100},
	}})
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "m.onnx")
	if err := m.Write(path); err != nil {
		t.Fatal(err)
	}
	f, err := weights.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	if want := (train.Accuracy{Correct: 29, Images: 100}); f.Test != want || f.Data != "d1935" || f.Arch.Name != "small" {
		t.Errorf("%+v of %q, %q, want %+v", f.Test, f.Data, f.Arch.Name, want)
	}
}
