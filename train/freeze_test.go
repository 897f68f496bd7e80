package train_test

import (
	"context"
	"errors"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"fbnas/dataset/datasettest"
	"fbnas/engine/interp"
	"fbnas/graph"
	"fbnas/internal/chw"
	"fbnas/internal/fault"
	"fbnas/internal/rundir"
	"fbnas/models"
	"fbnas/train"
)

// TestWhatIsFrozenStays, bit for bit, and costs less.
func TestWhatIsFrozenStays(t *testing.T) {
	data := datasettest.Bars(t, 48, 24, 6, 3)
	shape := train.Shape{Batch: 16, Image: chw.Shape{Channels: 1, Height: 6, Width: 6}}
	nodes := func(f train.Freeze) int {
		p := train.Techniques{Freeze: f}.Network(blocks(t)).WeightStep(shape, train.SGD{Momentum: 0.9}, 0.1)
		return len(graph.Reachable(p.Outputs()...))
	}
	before := nodes("")
	for _, f := range []train.Freeze{"blocks.00.conv.bn", "1", "2", train.Backbone} { // ever more
		if n := nodes(f); n >= before {
			t.Errorf("freezing %s leaves %d nodes of %d", f, n, before)
		} else {
			before = n
		}
		for name, e := range engines(t) {
			c := config()
			c.Epochs, c.Freeze, c.EMA, c.WeightDecay = 2, f, 0.5, 0.1
			initial := map[string][]float64{}
			for _, p := range models.Params(blocks(t)) {
				for _, v := range train.InitialValues(p, 5) {
					initial[p.Name] = append(initial[p.Name], float64(float32(v+0.01)))
				}
			}
			dir, err := rundir.Create(filepath.Join(t.TempDir(), "run"), "train", c, rundir.Options{})
			if err != nil {
				t.Fatal(err)
			}
			r, err := train.Job{Engine: e, Blocks: blocks(t), Data: data, Config: c, Dir: dir, Initial: initial}.Run(context.Background())
			if err = errors.Join(err, dir.Close()); err != nil {
				t.Fatal(err)
			}
			for param, v := range r.Values {
				if same := slices.Equal(v, initial[param]); same != f.Has(param) {
					t.Errorf("%s, freezing %s: %s stays %v, want %v", name, f, param, same, f.Has(param))
				}
			}
		}
	}
}

func TestFreeze(t *testing.T) {
	names := []string{"blocks.00.conv.weight", "blocks.01.expand.bn.mean", "blocks.10.conv.weight", "head.classifier.bias"}
	for freeze, want := range map[train.Freeze][]bool{
		"":                 {false, false, false, false},
		"backbone":         {true, true, true, false},
		"1":                {true, false, false, false},
		"11":               {true, true, true, false},
		"blocks.01":        {false, true, false, false},
		"blocks.1":         {false, false, false, false}, // no part of a name
		"blocks.01.expand": {false, true, false, false},
		"head":             {false, false, false, true},
	} {
		for i, name := range names {
			if got := freeze.Has(name); got != want[i] {
				t.Errorf("%q has %s: %v", freeze, name, got)
			}
		}
	}
	params := models.Params(blocks(t))
	for freeze, problem := range map[train.Freeze]string{
		"blocks.07":              "has no blocks.07",
		"0":                      "has no 0",
		"4":                      "has 3 blocks",
		"blocks.00.conv.bn.mean": "as a whole: blocks.00.conv.bn",
	} {
		if err := freeze.Check(params); err == nil || !strings.Contains(err.Error(), problem) {
			t.Errorf("freezing %s: %v", freeze, err)
		}
	}
	if err := train.Freeze("3").Check(params); err != nil {
		t.Error(err)
	}
	if err := train.Freeze("1").Check(params[:3]); err == nil || !strings.Contains(err.Error(), "nothing to train") {
		t.Errorf("everything is frozen: %v", err)
	}
	c := config()
	c.Freeze = "blocks.07"
	_, err := train.Job{Engine: interp.Engine{}, Blocks: blocks(t), Data: datasettest.Bars(t, 48, 24, 6, 3), Config: c}.Memory()
	if fault.CodeOf(err) != fault.Usage {
		t.Errorf("a training that freezes what is not there: %v", err)
	}
}
