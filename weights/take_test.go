package weights_test

import (
	"path/filepath"
	"reflect"
	"slices"
	"testing"

	"fbnas/models"
	"fbnas/onnxexport"
	"fbnas/train"
	"fbnas/weights"
)

// stating is a weights.safetensors of a network with a stated accuracy.
func stating(t *testing.T, arch models.Arch, blocks []models.Block) *weights.File {
	t.Helper()
	path := filepath.Join(t.TempDir(), "weights.safetensors")
	n := weights.Network{Arch: arch, Classes: []string{"a", "b", "c"}, Data: "d1935", Test: train.Accuracy{Correct: 22, Images: 24}, Values: onnxexport.RandomWeights(blocks, 1)}
	if err := n.Write(path); err != nil {
		t.Fatal(err)
	}
	f, err := weights.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.Close() })
	return f
}

func TestTake(t *testing.T) {
	arch, blocks := small(t, 3)
	f := stating(t, arch, blocks)
	whole, err := f.Take(arch, false, 1)
	if err != nil {
		t.Fatal(err)
	}
	if whole.Drawn != nil || whole.Test != f.Test || whole.Network.Data != "d1935" || len(whole.Network.Values) != len(models.Params(blocks)) {
		t.Errorf("all of it: %v drawn, %+v, %q, %d tensors", whole.Drawn, whole.Test, whole.Network.Data, len(whole.Network.Values))
	}
	other, _ := small(t, 7) // the number of classes is the file's
	if got, err := f.Take(other, false, 1); err != nil || got.Arch.Classes != 3 || got.Drawn != nil {
		t.Errorf("another number of classes: %d, %v drawn (%v)", got.Arch.Classes, got.Drawn, err)
	}
	wider := arch
	wider.Rows = slices.Clone(arch.Rows)
	wider.Rows[0].Out *= 2
	if _, err := f.Take(wider, false, 1); err == nil {
		t.Error("a file of another network is taken")
	}
	part, err := f.Take(wider, true, 1)
	if err != nil {
		t.Fatal(err)
	}
	resolved, err := wider.Resolve()
	if err != nil {
		t.Fatal(err)
	}
	first := models.Params(resolved)[0]
	if !slices.Contains(part.Drawn, first.Name) || !reflect.DeepEqual(part.Network.Values[first.Name], train.InitialValues(first, 1)) {
		t.Errorf("%s was not drawn with the seed: %v", first.Name, part.Drawn)
	}
	if part.Test.Images > 0 || part.Network.Data != "" {
		t.Errorf("what is drawn in part states %+v, %q", part.Test, part.Network.Data)
	}
}

func TestStart(t *testing.T) {
	arch, blocks := small(t, 3)
	f := stating(t, arch, blocks)
	for name, tc := range map[string]struct {
		classes []string
		anew    bool
		fresh   bool
	}{
		"the same classes": {[]string{"a", "b", "c"}, false, false},
		"other names":      {[]string{"a", "b", "d"}, false, true},
		"asked for":        {[]string{"a", "b", "c"}, true, true},
	} {
		l, err := f.Start(blocks, tc.classes, tc.anew)
		if err != nil {
			t.Fatal(err)
		}
		if (len(l.Fresh) > 0) != tc.fresh || len(l.Values)+len(l.Fresh) != len(models.Params(blocks)) {
			t.Errorf("%s: fresh %v beside %d tensors", name, l.Fresh, len(l.Values))
		}
	}
}
