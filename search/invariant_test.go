package search

import (
	"context"
	"math"
	"math/rand/v2"
	"testing"

	"fbnas/engine"
	"fbnas/engine/enginetest"
	"fbnas/engine/interp"
	"fbnas/graph"
	"fbnas/graph/grad"
	"fbnas/internal/chw"
	"fbnas/internal/random"
	"fbnas/models"
	"fbnas/nn"
	"fbnas/train"
)

// tiny has every kind of choice, tied and changing widths, and both a stem and
// a tail whose width is chosen.
const tiny = `
version: 1
name: tiny
input: {channels: 2, height: 9, width: 8}
rounding: {divisor: 1}
width: stage
stem: {kernel: 3, stride: 2, width: [3, 4], act: hswish}
stages:
  - {blocks: 2, stride: 1, width: [3, 5], expansion: [1, 1.5, 2], kernel: [3, 5], act: relu}
  - {blocks: 2, stride: 2, width: [4, 6, 7], expansion: [1, 3], kernel: [3, 5], act: hswish}
tail: {kind: conv, width: [6, 8], act: relu}
head: {bias: true}
`

const classes = 3

func tinySpace(t testing.TB) models.Space {
	t.Helper()
	s, err := models.ParseSpace([]byte(tiny))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func randomSelection(r *rand.Rand, choices []models.Choice) models.Selection {
	sel := make(models.Selection, len(choices))
	for i, c := range choices {
		sel[i] = r.IntN(len(c.Options))
	}
	return sel
}

// TestOneHotSupernetIsTheDerivedNetwork is the invariant of a search: for
// random one-hot choices the supernet and the derived network with sliced
// weights agree to 1e-10 in training-mode logits, weight gradients,
// evaluation after recalibration and counts, and the expected cost is the sum
// over the derived network's blocks.
func TestOneHotSupernetIsTheDerivedNetwork(t *testing.T) {
	space := tinySpace(t)
	super := NewSupernet(space, classes)
	wide := super.picked()
	r := random.New(7, "selections")
	for trial := range 50 {
		sel := randomSelection(r, super.choices)
		arch, err := space.Arch(sel, classes)
		if err != nil {
			t.Fatal(err)
		}
		blocks, err := arch.Resolve()
		if err != nil {
			t.Fatal(err)
		}
		narrow := train.NetworkOf(blocks)
		values := randomValues(wide.Params, uint64(trial))
		sliced := map[string][]float64{}
		for _, c := range space.Cuts(sel, classes) {
			sliced[c.To.Name] = c.Values(values[c.From.Name])
		}
		compareTraining(t, super, sel, wide, narrow, values, sliced)
		compareEvaluation(t, super, sel, wide, narrow, values, sliced)
		compareCosts(t, space, sel, blocks)
		if t.Failed() {
			t.Fatalf("selection %v", sel)
		}
	}
}

func randomValues(params []models.Param, seed uint64) map[string][]float64 {
	values := map[string][]float64{}
	for _, p := range params {
		v := enginetest.Normal(seed, p.Name, graph.Shape(p.Shape).Len())
		if p.Role == models.Var {
			for i := range v {
				v[i] = v[i]*v[i] + 0.1
			}
		}
		values[p.Name] = v
	}
	return values
}

const batch = 4

func images() []float64 { return enginetest.Normal(1, "images", batch*2*9*8) }

func compareTraining(t *testing.T, super *Supernet, sel models.Selection, wide, narrow train.Network, values, sliced map[string][]float64) {
	t.Helper()
	wideLogits, wideGrads := trainingPass(t, wide, values, super.Pick(sel))
	logits, grads := trainingPass(t, narrow, sliced, nil)
	if err := enginetest.Close(wideLogits, logits, 1e-10); err != nil {
		t.Errorf("training logits: %v", err)
	}
	for _, c := range super.Space.Cuts(sel, classes) {
		if !c.To.Trained() {
			continue
		}
		outer, inner := wideGrads[c.From.Name], grads[c.To.Name]
		if err := enginetest.Close(c.Values(outer), inner, 1e-10); err != nil {
			t.Errorf("gradient of %s: %v", c.To.Name, err)
		}
		if math.Abs(sumAbs(outer)-sumAbs(inner)) > 1e-9 {
			t.Errorf("%s has a gradient outside the slice", c.To.Name)
		}
	}
}

func sumAbs(v []float64) (s float64) {
	for _, x := range v {
		s += math.Abs(x)
	}
	return s
}

// trainingPass returns the logits and the gradient of every trained parameter.
func trainingPass(t *testing.T, n train.Network, values map[string][]float64, feeds engine.Feeds) ([]float64, map[string][]float64) {
	t.Helper()
	g := graph.New()
	nb := &nn.Builder{G: g}
	out := n.Forward(nb, g.MapInput(train.Images, batch, 2, 9, 8))
	loss := nn.CrossEntropy(g, out, g.Input(train.Labels, graph.Int, batch), 0.1)
	outputs := []*graph.Node{out}
	var names []string
	var params []*graph.Node
	for _, p := range n.Params {
		if p.Trained() {
			params = append(params, g.Input(p.Name, graph.Float, p.Shape...))
			names = append(names, p.Name)
		}
	}
	outputs = append(outputs, grad.Of(g, loss, params)...)
	inputs := map[string][]float64{train.Images: images(), train.Labels: {0, 2, 1, 1}}
	for name, v := range values {
		inputs[name] = v
	}
	for name, f := range feeds {
		for _, x := range f.Floats {
			inputs[name] = append(inputs[name], float64(x))
		}
	}
	got, err := interp.Eval(outputs, inputs)
	if err != nil {
		t.Fatal(err)
	}
	grads := map[string][]float64{}
	for i, name := range names {
		grads[name] = got[1+i]
	}
	return got[0], grads
}

func compareEvaluation(t *testing.T, super *Supernet, sel models.Selection, wide, narrow train.Network, values, sliced map[string][]float64) {
	t.Helper()
	got := recalibratedLogits(t, wide, values, super.Pick(sel))
	want := recalibratedLogits(t, narrow, sliced, engine.Feeds{})
	if err := enginetest.Close(got, want, 1e-10); err != nil {
		t.Errorf("evaluation after recalibration: %v", err)
	}
}

func recalibratedLogits(t *testing.T, n train.Network, values map[string][]float64, feeds engine.Feeds) []float64 {
	t.Helper()
	shape := train.Shape{Batch: batch, Image: chw.Shape{Channels: 2, Height: 9, Width: 8}}
	var e interp.Engine
	state, err := e.NewState(n.Specs())
	if err != nil {
		t.Fatal(err)
	}
	if err := n.SetValues(state, values); err != nil {
		t.Fatal(err)
	}
	var logits []float64
	for i, p := range []*engine.Program{n.Recalibrate(shape), n.Evaluate(shape)} {
		run, err := e.Compile(p, state)
		if err != nil {
			t.Fatal(err)
		}
		pixels := make([]float32, batch*2*9*8)
		for j, v := range images() {
			pixels[j] = float32(v)
		}
		feeds[train.Images] = engine.Floats(pixels)
		feeds[train.NormMomentum] = engine.Scalar(1)
		results, err := run.Run(context.Background(), feeds)
		if err != nil {
			t.Fatal(err)
		}
		if i == 1 {
			logits = results[train.Logits]
		}
	}
	return logits
}

func compareCosts(t *testing.T, space models.Space, sel models.Selection, blocks []models.Block) {
	t.Helper()
	counts := models.Count(blocks)
	for _, c := range []struct {
		cost Counted
		want int64
	}{{MACs, counts.MACs}, {Params, counts.Params}} {
		costs, err := NewCosts(space, classes, c.cost)
		if err != nil {
			t.Fatal(err)
		}
		if got := costs.Of(sel); got != float64(c.want) {
			t.Errorf("%s of the selection are %g, of the network %d", c.cost.Name, got, c.want)
		}
		if got := expectation(t, costs, oneHot(space, sel)); math.Abs(got-float64(c.want)) > 1e-10*float64(c.want) {
			t.Errorf("expected %s at one-hot probabilities are %g, of the network %d", c.cost.Name, got, c.want)
		}
	}
}

func oneHot(space models.Space, sel models.Selection) [][]float64 {
	var p [][]float64
	for i, c := range space.Choices() {
		p = append(p, make([]float64, len(c.Options)))
		p[i][sel[i]] = 1
	}
	return p
}

func expectation(t *testing.T, costs *Costs, probabilities [][]float64) float64 {
	t.Helper()
	g := graph.New()
	var nodes []*graph.Node
	for _, p := range probabilities {
		nodes = append(nodes, g.Const(p, len(p)))
	}
	got, err := interp.Eval([]*graph.Node{costs.Expectation(g, nodes)}, nil)
	if err != nil {
		t.Fatal(err)
	}
	return got[0][0]
}
