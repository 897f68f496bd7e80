package train_test

import (
	"context"
	"errors"
	"math"
	"path/filepath"
	"strings"
	"testing"

	"fbnas/dataset/datasettest"
	"fbnas/engine"
	"fbnas/engine/enginetest"
	"fbnas/engine/interp"
	"fbnas/graph"
	"fbnas/internal/chw"
	"fbnas/internal/fault"
	"fbnas/internal/rundir"
	"fbnas/models"
	"fbnas/nn"
	"fbnas/train"
)

// linear is a network of one classifier on one pixel, small enough to do a
// step by hand.
func linear() train.Network {
	head := models.Block{Kind: models.Head, Kernel: 1, Stride: 1, Groups: 1, Height: 1, Width: 1, In: 1, Out: 2}
	return train.NetworkOf([]models.Block{head})
}

// TestSGDByHand: one image x = 2 of class 0, weights 0: p = 1/2 each, so the
// gradient of the loss is (-1, 1).
func TestSGDByHand(t *testing.T) {
	net := linear()
	const lr, mu, decay = 0.1, 0.9, 0.01
	run, state := compile(t, net.WeightStep(train.Shape{Batch: 1, Image: chw.Shape{Channels: 1, Height: 1, Width: 1}}, train.SGD{Momentum: mu, WeightDecay: decay}, 0), net.Specs())
	step := func() float64 {
		r, err := run.Run(context.Background(), engine.Feeds{
			train.Images: engine.Floats([]float32{2}), train.Labels: engine.Ints([]int64{0}), train.LearningRate: engine.Scalar(lr),
		})
		if err != nil {
			t.Fatal(err)
		}
		return r[train.Loss][0]
	}
	if loss := step(); math.Abs(loss-math.Ln2) > 1e-12 {
		t.Errorf("loss %g, want ln 2", loss)
	}
	rate := float64(float32(lr))
	w, v := 0.0, 0.0 // of class 0; class 1 is its mirror
	for i := range 2 {
		p := 1 / (1 + math.Exp(-4*w)) // logits 2w and -2w
		g := 2*(p-1) + decay*w
		v = mu*v + g
		w -= rate * (g + mu*v)
		if got := get(t, state, "head.classifier.weight"); math.Abs(got[0]-w) > 1e-12 || math.Abs(got[1]+w) > 1e-12 {
			t.Errorf("after step %d: %v, by hand ±%g", i+1, got, w)
		}
		if i == 0 {
			step()
		}
	}
}

// TestAdamByHand: with a constant gradient every bias-corrected step has the
// length of the rate.
func TestAdamByHand(t *testing.T) {
	g := graph.New()
	a := g.Input("a", graph.Float, 2)
	adam := train.Adam{Rate: 0.25, Beta1: 0.9, Beta2: 0.999}
	specs := []engine.Spec{{Name: "a", Shape: graph.Shape{2}}}
	p := &engine.Program{Name: "adam", Graph: g, Writes: adam.Update(g, a, g.Const([]float64{3, -0.5}, 2))}
	run, state := compile(t, p, append(specs, train.AdamState(specs)...))
	for i := 1; i <= 5; i++ {
		if _, err := run.Run(context.Background(), adam.Feeds(i)); err != nil {
			t.Fatal(err)
		}
		want := 0.25 * float64(i)
		if err := enginetest.Close(get(t, state, "a"), []float64{-want, want}, 1e-5); err != nil {
			t.Errorf("after %d steps: %v", i, err)
		}
	}
}

// TestRunningStatisticsByHand: three batches of one pixel each for one
// channel; momentum 1/t leaves the mean of their moments, variances unbiased.
func TestRunningStatisticsByHand(t *testing.T) {
	net := train.Network{Forward: func(nb *nn.Builder, x *graph.Node) *graph.Node { return nb.BatchNorm("bn", x, nil) }}
	specs := []engine.Spec{}
	for _, name := range []string{"bn.gamma", "bn.beta", "bn.mean", "bn.var"} {
		specs = append(specs, engine.Spec{Name: name, Shape: graph.Shape{1}})
	}
	run, state := compile(t, net.Recalibrate(train.Shape{Batch: 2, Image: chw.Shape{Channels: 1, Height: 1, Width: 1}}), specs)
	for i, pair := range [][]float32{{1, 3}, {0, 0}, {-2, 5}} {
		if _, err := run.Run(context.Background(), engine.Feeds{
			train.Images: engine.Floats(pair), train.NormMomentum: engine.Scalar(1 / float64(i+1)),
		}); err != nil {
			t.Fatal(err)
		}
	}
	if err := enginetest.Close(get(t, state, "bn.mean"), []float64{(2 + 0 + 1.5) / 3}, 1e-7); err != nil {
		t.Errorf("mean: %v", err)
	}
	if err := enginetest.Close(get(t, state, "bn.var"), []float64{(2 + 0 + 24.5) / 3}, 1e-7); err != nil {
		t.Errorf("variance: %v", err)
	}
}

func TestCosine(t *testing.T) {
	c := train.Cosine{Peak: 0.4, WarmUp: 0.1}
	for step, want := range map[int]float64{0: 0.04, 9: 0.4, 10: 0.4, 55: 0.2, 100: 0} {
		if got := c.At(step, 100); math.Abs(got-want) > 1e-12 {
			t.Errorf("rate at %d: %g, want %g", step, got, want)
		}
	}
}

// TestADivergedTrainingKeepsItsLastGoodCheckpoint, so that it can be resumed.
func TestADivergedTrainingKeepsItsLastGoodCheckpoint(t *testing.T) {
	c := config()
	c.LearningRate = 1e200
	dir, err := rundir.Create(filepath.Join(t.TempDir(), "run"), "train", c, rundir.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer dir.Close()
	job := train.Job{Engine: interp.Engine{}, Blocks: blocks(t), Data: datasettest.Bars(t, 48, 24, 6, 3), Config: c, Dir: dir, SaveEvery: 1}
	_, err = job.Run(context.Background())
	if err == nil || !strings.Contains(err.Error(), "diverged") || !strings.Contains(fault.HintOf(err), "learning rate") {
		t.Fatalf("a learning rate of 1e200: %v", err)
	}
	if left, err := rundir.Load(dir.Path(), nil); err == nil {
		for _, tensor := range left.Tensors {
			values, ok := tensor.Data.([]float32)
			for _, v := range values {
				if ok && v != v {
					t.Fatalf("the checkpoint of step %d holds NaN in %s", left.Step, tensor.Name)
				}
			}
		}
	}
}

func TestDataThatDoesNotFit(t *testing.T) {
	dir, err := rundir.Create(filepath.Join(t.TempDir(), "run"), "train", config(), rundir.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer dir.Close()
	for name, set := range map[string][2]int{"size": {7, 3}, "classes": {6, 4}} {
		job := train.Job{Engine: interp.Engine{}, Blocks: blocks(t), Data: datasettest.Bars(t, 48, 24, set[0], set[1]), Config: config(), Dir: dir}
		if _, err := job.Run(context.Background()); fault.CodeOf(err) != fault.Usage {
			t.Errorf("another %s: %v", name, err)
		}
	}
}

func compile(t *testing.T, p *engine.Program, specs []engine.Spec) (engine.Runner, engine.State) {
	t.Helper()
	var e interp.Engine
	state, err := e.NewState(specs)
	if err != nil {
		t.Fatal(err)
	}
	run, err := e.Compile(p, state)
	if err != nil {
		t.Fatal(errors.Join(err, state.Close()))
	}
	return run, state
}

func get(t *testing.T, s engine.State, name string) []float64 {
	t.Helper()
	v, err := s.Get(name)
	if err != nil {
		t.Fatal(err)
	}
	return v
}
