package search

import (
	"context"
	"math"
	"strings"
	"testing"

	"fbnas/dataset/datasettest"
	"fbnas/engine"
	"fbnas/engine/interp"
	"fbnas/engine/ort"
	"fbnas/graph"
	"fbnas/graph/grad"
	"fbnas/internal/setup"
	"fbnas/models"
	"fbnas/nn"
	"fbnas/train"
)

func ortEngine(t *testing.T) engine.Engine {
	t.Helper()
	library, err := setup.ORTLibrary()
	if err != nil {
		t.Skipf("%v (make setup)", err)
	}
	e, err := ort.New(ort.Options{Library: library, Threads: 2})
	if err != nil {
		t.Fatal(err)
	}
	return e
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
	r := &runner{Job: Job{Config: DefaultConfig()}, super: super}
	feeds := r.gumbel("test", 0, 1)
	pixels := make([]float32, 0, batch*2*9*8)
	for _, v := range images() {
		pixels = append(pixels, float32(v))
	}
	feeds[train.Images], feeds[train.Labels] = engine.Floats(pixels), engine.Ints([]int64{0, 2, 1, 1})
	results := map[string]engine.Results{}
	for name, e := range map[string]engine.Engine{"interp": interp.Engine{}, "ort": ortEngine(t)} {
		state, err := e.NewState(super.specs())
		if err != nil {
			t.Fatal(err)
		}
		defer state.Close()
		// Zero last gammas would leave most gradients zero.
		if err := super.soft().SetValues(state, randomValues(super.soft().Params, 3)); err != nil {
			t.Fatal(err)
		}
		run, err := e.Compile(gradients(super, batch), state)
		if err != nil {
			t.Fatal(err)
		}
		defer run.Close()
		if results[name], err = run.Run(context.Background(), feeds); err != nil {
			t.Fatal(err)
		}
	}
	var difference, norm float64
	for name, want := range results["interp"] {
		for i, v := range want {
			difference += math.Pow(results["ort"][name][i]-v, 2)
			norm += v * v
		}
	}
	if relative := math.Sqrt(difference / norm); !(relative <= 1e-5) || norm == 0 {
		t.Errorf("gradients differ by %.2g of their norm %.3g", relative, math.Sqrt(norm))
	}
}

// TestFiveStepsOfASmoothNetworkAsTheOracle: single relu units flip within a
// few steps in any two engines, smooth activations do not (facts/engine.md,
// section 4).
func TestFiveStepsOfASmoothNetworkAsTheOracle(t *testing.T) {
	text := strings.NewReplacer("relu", "hswish").Replace(searched)
	space, err := models.ParseSpace([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	data := datasettest.Bars(t, 64, 6, 6, 3)
	net := train.NetworkOf(space.Largest(3))
	var values []map[string][]float64
	for _, e := range []engine.Engine{interp.Engine{}, ortEngine(t)} {
		state, err := e.NewState(net.Specs())
		if err != nil {
			t.Fatal(err)
		}
		defer state.Close()
		if err := net.Initialise(state, 1); err != nil {
			t.Fatal(err)
		}
		run, err := e.Compile(net.WeightStep(train.Shape{Batch: 8, Channels: 1, Height: 6, Width: 6}, train.SGD{Momentum: 0.9, WeightDecay: 1e-4}, 0.1), state)
		if err != nil {
			t.Fatal(err)
		}
		defer run.Close()
		for step := range 5 {
			feeds := engine.Feeds{train.LearningRate: engine.Scalar(0.05), train.NormMomentum: engine.Scalar(0.1)}
			pixels, labels := make([]float32, 8*36), make([]int64, 8)
			for i := range 8 {
				if labels[i], err = data.Train.Image(8*step+i, pixels[36*i:36*(i+1)]); err != nil {
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
		values = append(values, v)
	}
	for name, want := range values[0] {
		var difference, norm float64
		for i, v := range want {
			difference += math.Pow(values[1][name][i]-v, 2)
			norm += v * v
		}
		if math.Sqrt(difference) > 1e-3*math.Max(1, math.Sqrt(norm)) {
			t.Errorf("%s differs by %.2g, its norm is %.3g", name, math.Sqrt(difference), math.Sqrt(norm))
		}
	}
}
