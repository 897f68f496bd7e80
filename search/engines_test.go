package search

import (
	"context"
	"math"
	"strings"
	"testing"

	"fbnas/dataset"
	"fbnas/dataset/datasettest"
	"fbnas/engine"
	"fbnas/engine/enginetest"
	"fbnas/engine/interp"
	"fbnas/engine/ort"
	"fbnas/graph"
	"fbnas/graph/grad"
	"fbnas/internal/chw"
	"fbnas/internal/setup"
	"fbnas/models"
	"fbnas/nn"
	"fbnas/train"
)

// engineBatch fits every block of the blocked dialect.
const engineBatch = 16

// dialects has ONNX Runtime in each dialect that this processor supports.
func dialects(t *testing.T) map[ort.Dialect]engine.Engine {
	t.Helper()
	engines := map[ort.Dialect]engine.Engine{}
	library, err := setup.ORTLibrary()
	if err != nil {
		t.Logf("without ONNX Runtime: %v (make setup)", err)
		return engines
	}
	for _, d := range []ort.Dialect{ort.Std, ort.Auto} {
		e, err := ort.New(ort.Options{Library: library, Threads: 2, Dialect: d})
		if err != nil {
			t.Fatal(err)
		}
		d, _ = e.Dialect()
		engines[d] = e
	}
	return engines
}

// gradients is a program that returns the gradients of the soft supernet's
// loss with respect to parameters and choices.
func gradients(s *Supernet, batch int) *engine.Program {
	net := s.soft()
	g := graph.New()
	nb := &nn.Builder{G: g}
	in := s.Space.Input
	out := net.Forward(nb, g.MapInput(train.Images, batch, in.Channels, in.Height, in.Width))
	loss := nn.CrossEntropy(g, out, g.Input(train.Labels, graph.Int, batch), 0.1)
	wrt := s.inputs(g, logits)
	for _, p := range net.Params {
		if p.Trained() {
			wrt = append(wrt, g.Input(p.Name, graph.Float, p.Shape...))
		}
	}
	p := &engine.Program{Name: "gradients", Graph: g}
	for i, d := range grad.Of(g, loss, wrt) {
		p.Returns = append(p.Returns, engine.Binding{Name: wrt[i].Name, Node: d})
	}
	return p
}

// TestOneStepOfAReluSupernetAsTheOracle: gradients within 1e-5 of the oracle's
// in the L2 norm, all parameters and choices together.
func TestOneStepOfAReluSupernetAsTheOracle(t *testing.T) {
	text := strings.ReplaceAll(tiny, "hswish", "relu")
	space, err := models.ParseSpace([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	super := NewSupernet(space, classes)
	want := gradientsOn(t, interp.Engine{}, super)
	for dialect, e := range dialects(t) {
		got := gradientsOn(t, e, super)
		var difference, norm float64
		for name := range want {
			for i, v := range want[name] {
				difference += math.Pow(got[name][i]-v, 2)
				norm += v * v
			}
		}
		if relative := math.Sqrt(difference / norm); !(relative <= 1e-5) || norm == 0 {
			t.Errorf("%s: gradients differ by %.2g of their norm %.3g", dialect, relative, math.Sqrt(norm))
		}
	}
}

func gradientsOn(t *testing.T, e engine.Engine, super *Supernet) engine.Results {
	t.Helper()
	r := &runner{Job: Job{Config: DefaultConfig()}, super: super}
	feeds := r.gumbel("test", 0, 1)
	var pixels []float32
	for _, v := range enginetest.Normal(1, "images", engineBatch*2*9*8) {
		pixels = append(pixels, float32(v))
	}
	labels := make([]int64, engineBatch)
	for i := range labels {
		labels[i] = int64(i % classes)
	}
	feeds[train.Images], feeds[train.Labels] = engine.Floats(pixels), engine.Ints(labels)
	state, err := e.NewState(super.specs())
	if err != nil {
		t.Fatal(err)
	}
	defer state.Close()
	// Zero last gammas would make most gradients zero.
	if err := super.soft().SetValues(state, randomValues(super.soft().Params, 3)); err != nil {
		t.Fatal(err)
	}
	run, err := e.Compile(gradients(super, engineBatch), state)
	if err != nil {
		t.Fatal(err)
	}
	defer run.Close()
	results, err := run.Run(context.Background(), feeds)
	if err != nil {
		t.Fatal(err)
	}
	return results
}

// TestFiveStepsOfASmoothNetworkAsTheOracle: with relu, single units flip within a
// few steps in any two engines; smooth activations do not
// (docs/background/gradients.md, "How exact they are").
func TestFiveStepsOfASmoothNetworkAsTheOracle(t *testing.T) {
	text := strings.NewReplacer("relu", "hswish").Replace(searched)
	space, err := models.ParseSpace([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	data := datasettest.Bars(t, 5*engineBatch+16, 6, 6, 3)
	net := train.NetworkOf(space.SupernetBlocks(3))
	want := trainedOn(t, interp.Engine{}, net, data)
	for dialect, e := range dialects(t) {
		got := trainedOn(t, e, net, data)
		for name := range want {
			var difference, norm float64
			for i, v := range want[name] {
				difference += math.Pow(got[name][i]-v, 2)
				norm += v * v
			}
			if !(math.Sqrt(difference) <= 1e-3*math.Max(1, math.Sqrt(norm))) {
				t.Errorf("%s: %s differs by %.2g, its norm is %.3g", dialect, name, math.Sqrt(difference), math.Sqrt(norm))
			}
		}
	}
}

// trainedOn returns the values after five steps.
func trainedOn(t *testing.T, e engine.Engine, net train.Network, data *dataset.Set) map[string][]float64 {
	t.Helper()
	state, err := e.NewState(net.Specs())
	if err != nil {
		t.Fatal(err)
	}
	defer state.Close()
	if err := net.Initialise(state, 1); err != nil {
		t.Fatal(err)
	}
	shape := train.Shape{Batch: engineBatch, Image: chw.Shape{Channels: 1, Height: 6, Width: 6}}
	run, err := e.Compile(net.WeightStep(shape, train.SGD{Momentum: 0.9, WeightDecay: 1e-4}, 0.1), state)
	if err != nil {
		t.Fatal(err)
	}
	defer run.Close()
	for step := range 5 {
		feeds := engine.Feeds{train.LearningRate: engine.Scalar(0.05), train.NormMomentum: engine.Scalar(0.1)}
		pixels, labels := make([]float32, engineBatch*36), make([]int64, engineBatch)
		for i := range engineBatch {
			if labels[i], err = data.Train.Image(engineBatch*step+i, pixels[36*i:36*(i+1)]); err != nil {
				t.Fatal(err)
			}
		}
		feeds[train.Images], feeds[train.Labels] = engine.Floats(pixels), engine.Ints(labels)
		if _, err := run.Run(context.Background(), feeds); err != nil {
			t.Fatal(err)
		}
	}
	v, err := net.Values(state)
	if err != nil {
		t.Fatal(err)
	}
	return v
}
