package weights_test

import (
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"fbnas/dataset"
	"fbnas/internal/chw"
	"fbnas/models"
	"fbnas/onnxexport"
	"fbnas/weights"
)

// load reads the file at path as the weights of a network, all of them.
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

// small is a network with every kind of tensor that a file has to hold.
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
