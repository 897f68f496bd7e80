package weights

import (
	"fmt"
	"math"
	"strings"
	"testing"

	"fbnas/internal/torchfile"
	"fbnas/models"
)

// TestStateDict: of a checkpoint the averaged weights are read, which were
// published, before those of the last step.
func TestStateDict(t *testing.T) {
	dict := func(keys ...string) *torchfile.Dict {
		d := &torchfile.Dict{Keys: keys, Values: map[string]any{}}
		for _, k := range keys {
			d.Values[k] = &torchfile.Dict{Keys: []string{k}}
		}
		return d
	}
	for want, root := range map[string]any{
		"[model_ema]":      dict("epoch", "model", "state_dict", "model_ema"),
		"[state_dict_ema]": dict("state_dict", "state_dict_ema"),
		"[state_dict]":     dict("model", "state_dict", "optimizer"),
		"[model]":          dict("model", "optimizer"),
		"[conv.weight]":    &torchfile.Dict{Keys: []string{"conv.weight"}, Values: map[string]any{"model": 1}},
		"none":             []any{1},
	} {
		got := "none"
		if d := stateDict(root); d != nil {
			got = fmt.Sprint(d.Keys)
		}
		if got != want {
			t.Errorf("%s, want %s", got, want)
		}
	}
}

// TestNumbersThatFloat32DoesNotHold are refused, with the name of the tensor: a
// file that is exported from them would hold infinities.
func TestNumbersThatFloat32DoesNotHold(t *testing.T) {
	arch, err := models.LoadArch("mnv2")
	if err != nil {
		t.Fatal(err)
	}
	blocks := resolved(t, arch)
	for _, c := range []struct {
		value float64
		ok    bool
	}{{math.MaxFloat32, true}, {-math.MaxFloat32, true}, {1e39, false}, {-1e39, false}, {math.Inf(1), false}, {math.NaN(), false}} {
		f := listed(t, "testdata/torchvision.mobilenet_v2.txt")
		values := f.tensors[0].values
		f.tensors[0].values = func() ([]float64, error) {
			v, err := values()
			v[len(v)-1] = c.value
			return v, err
		}
		_, err := f.Match(blocks)
		if (err == nil) != c.ok || !c.ok && !strings.Contains(err.Error(), "tensor features.0.0.weight: numbers that float32 does not hold") {
			t.Errorf("%g: %v", c.value, err)
		}
	}
}

// TestALinearLayerWithoutItsBias: only a bias that a batch norm follows is zero
// where a file has none.
func TestALinearLayerWithoutItsBias(t *testing.T) {
	arch, err := models.LoadArch("mnv2")
	if err != nil {
		t.Fatal(err)
	}
	f := listed(t, "testdata/torchvision.mobilenet_v2.txt")
	last := len(f.tensors) - 1
	if f.tensors[last].name != "classifier.1.bias" {
		t.Fatalf("the last tensor is %s", f.tensors[last].name)
	}
	f.tensors = f.tensors[:last]
	l, err := f.Match(resolved(t, arch))
	if err != nil {
		t.Fatal(err)
	}
	if err := l.Whole(); err == nil || !strings.HasSuffix(err.Error(), "does not fit the network: the file has no head.classifier.bias") {
		t.Errorf("%v", err)
	}
}
