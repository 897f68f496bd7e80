package train_test

import (
	"context"
	"errors"
	"math"
	"path/filepath"
	"reflect"
	"testing"

	"fbnas/dataset/datasettest"
	"fbnas/engine/enginetest"
	"fbnas/engine/interp"
	"fbnas/train"
)

// every is all techniques at once.
func every() train.Config {
	c := config()
	c.Epochs, c.CropScale, c.Trivial = 5, 0.7, true
	c.Techniques = train.Techniques{Freeze: "blocks.00.conv.bn", EMA: 0.9, DropPath: 0.3, Dropout: 0.2, Mixup: 0.3}
	return c
}

// TestResumedWithEveryTechnique: what they draw and average is a function of
// the seed, the step and the state.
func TestResumedWithEveryTechnique(t *testing.T) {
	data := datasettest.Bars(t, 48, 24, 6, 3)
	for name, e := range engines(t) {
		whole, cut := filepath.Join(t.TempDir(), "whole"), filepath.Join(t.TempDir(), "cut")
		want, err := runWith(t, e, data, whole, 0, every())
		if err != nil {
			t.Fatal(err)
		}
		if _, err := runWith(t, e, data, cut, 7, every()); !errors.Is(err, context.Canceled) {
			t.Fatalf("interrupted: %v", err)
		}
		got, err := runWith(t, e, data, cut, 0, every())
		if err != nil {
			t.Fatal(err)
		}
		if !reflect.DeepEqual(got.Values, want.Values) || got.Test != want.Test {
			t.Errorf("%s: the resumed run ends in other weights", name)
		}
		compareFiles(t, filepath.Join(whole, "metrics.jsonl"), filepath.Join(cut, "metrics.jsonl"))
	}
}

// TestEachTechniqueDoesSomething: any one of them changes where a training
// ends.
func TestEachTechniqueDoesSomething(t *testing.T) {
	data := datasettest.Bars(t, 48, 24, 6, 3)
	ends := func(change func(*train.Config)) map[string][]float64 {
		c := config()
		c.Epochs = 1
		change(&c)
		r, err := runWith(t, interp.Engine{}, data, filepath.Join(t.TempDir(), "run"), 0, c)
		if err != nil {
			t.Fatal(err)
		}
		return r.Values
	}
	plain := ends(func(*train.Config) {})
	for name, change := range map[string]func(*train.Config){
		"freeze":          func(c *train.Config) { c.Freeze = "blocks.00" },
		"ema":             func(c *train.Config) { c.EMA = 0.5 },
		"drop_path":       func(c *train.Config) { c.DropPath = 0.5 },
		"dropout":         func(c *train.Config) { c.Dropout = 0.5 },
		"mixup":           func(c *train.Config) { c.Mixup = 0.5 },
		"crop_scale":      func(c *train.Config) { c.CropScale = 0.5 },
		"trivial_augment": func(c *train.Config) { c.Trivial = true },
	} {
		if reflect.DeepEqual(ends(change), plain) {
			t.Errorf("%s changes nothing", name)
		}
	}
}

// TestGradientsOfEveryTechnique compares what a step subtracts with central
// differences of its loss.
func TestGradientsOfEveryTechnique(t *testing.T) {
	c := every()
	c.Batch, c.WeightDecay, c.Momentum = 4, 0, 0
	plain := drawn(t, interp.Engine{}, c, nil)
	for _, name := range []string{"blocks.00.conv.weight", "blocks.02.depthwise.weight", "blocks.03.project.bn.gamma", "head.classifier.weight"} {
		for i := 0; i < len(plain.before[name]); i += 7 {
			const h = 1e-5
			at := func(d float64) float64 {
				return drawnFrom(t, interp.Engine{}, c, nil, func(values map[string][]float64) { values[name][i] += d }).loss
			}
			want := (at(h) - at(-h)) / (2 * h)
			if got := (plain.before[name][i] - plain.after[name][i]) / float64(float32(drawnRate)); math.Abs(got-want) > 1e-5*max(1, math.Abs(want)) {
				t.Errorf("%s[%d]: %g, by differences %g", name, i, got, want)
			}
		}
	}
}

// TestEveryTechniqueAsTheOracle: one step with all of them on ONNX Runtime.
func TestEveryTechniqueAsTheOracle(t *testing.T) {
	c := every()
	c.Batch = 16
	want := drawn(t, interp.Engine{}, c, nil)
	for name, e := range engines(t) {
		got := drawn(t, e, c, nil)
		for param, v := range want.after {
			if err := enginetest.Close(got.after[param], v, 1e-4); err != nil {
				t.Errorf("%s: %s: %v", name, param, err)
			}
		}
	}
}
