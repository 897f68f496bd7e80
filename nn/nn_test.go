package nn_test

import (
	"math"
	"testing"

	"fbnas/engine/enginetest"
	"fbnas/engine/interp"
	"fbnas/graph"
	"fbnas/graph/grad"
	"fbnas/nn"
)

func eval(t *testing.T, inputs map[string][]float64, nodes ...*graph.Node) [][]float64 {
	t.Helper()
	v, err := interp.Eval(nodes, inputs)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func TestMasks(t *testing.T) {
	g := graph.New()
	w := g.Const([]float64{0.5, 0.25, 0.25}, 3)
	for _, c := range []struct {
		name string
		mask *graph.Node
		want []float64
	}{
		{"prefix", nn.PrefixMask(g, w, []int{1, 2, 4}), []float64{1, 0.5, 0.25, 0.25}},
		{"taps", nn.TapMask(g, g.Const([]float64{0.75, 0.25}, 2), []int{1, 3}), []float64{
			0.25, 0.25, 0.25, 0.25, 1, 0.25, 0.25, 0.25, 0.25}},
		{"joint", nn.Joint(g, g.Const([]float64{1, 2}, 2), g.Const([]float64{3, 5}, 2)), []float64{3, 5, 6, 10}},
	} {
		if err := enginetest.Close(eval(t, nil, c.mask)[0], c.want, 1e-15); err != nil {
			t.Errorf("%s: %v", c.name, err)
		}
	}
}

// TestGumbelSoftmaxAtLowTemperature: the weights stay normal numbers, sum to
// one, and the gradient reaches the likeliest option too.
func TestGumbelSoftmaxAtLowTemperature(t *testing.T) {
	g := graph.New()
	z := g.Input("z", graph.Float, 3)
	w := nn.GumbelSoftmax(g, z, g.Const([]float64{0, 0, 0}, 3), g.Scalar(0.05))
	d := grad.Of(g, g.Dot(w, g.Const([]float64{1, 2, 3}, 3), 0), []*graph.Node{z})[0]
	got := eval(t, map[string][]float64{"z": {2, 1.9, -40}}, w, d)
	var total float64
	for _, v := range got[0] {
		total += v
		if v < 1e-14 {
			t.Errorf("weight %g", v)
		}
	}
	if math.Abs(total-1) > 1e-12 || got[1][0] >= 0 || got[1][1] <= 0 {
		t.Errorf("weights %v sum to %g, gradient %v", got[0], total, got[1])
	}
}

func TestCrossEntropy(t *testing.T) {
	g := graph.New()
	logits := g.Const([]float64{0, math.Log(3), 0, 0}, 2, 2)
	labels := g.Input("labels", graph.Int, 2)
	inputs := map[string][]float64{"labels": {1, 0}}
	want := -(math.Log(0.75) + math.Log(0.5)) / 2
	if got := eval(t, inputs, nn.CrossEntropy(g, logits, labels, 0))[0][0]; math.Abs(got-want) > 1e-12 {
		t.Errorf("loss %g, want %g", got, want)
	}
	want = -(0.95*math.Log(0.75) + 0.05*math.Log(0.25) + math.Log(0.5)) / 2
	if got := eval(t, inputs, nn.CrossEntropy(g, logits, labels, 0.1))[0][0]; math.Abs(got-want) > 1e-12 {
		t.Errorf("smoothed loss %g, want %g", got, want)
	}
}

// TestMixedCrossEntropy: each image counts by its share for the one label, and
// by the rest for the other.
func TestMixedCrossEntropy(t *testing.T) {
	g := graph.New()
	logits := g.Const([]float64{0, math.Log(3), 0, 0}, 2, 2)
	labels, others, shares := g.Input("labels", graph.Int, 2), g.Input("others", graph.Int, 2), g.Input("shares", graph.Float, 2, 1)
	inputs := map[string][]float64{"labels": {1, 0}, "others": {0, 1}, "shares": {0.8, 1}}
	for smoothing, second := range map[float64]float64{0: 0.2, 0.1: 0.23} { // the first image's target for class 0
		want := -((1-second)*math.Log(0.75) + second*math.Log(0.25) + math.Log(0.5)) / 2
		if got := eval(t, inputs, nn.MixedCrossEntropy(g, logits, nn.Mixed{Labels: labels, Others: others, Share: shares}, smoothing))[0][0]; math.Abs(got-want) > 1e-12 {
			t.Errorf("smoothing %g: loss %g, want %g", smoothing, got, want)
		}
	}
}

// TestBatchNormNormalises: also, a mask scales its result, even where the mask is zero.
func TestBatchNormNormalises(t *testing.T) {
	g := graph.New()
	nb := &nn.Builder{G: g}
	x := g.MapInput("x", 4, 2, 3, 3)
	mask := g.Input("mask", graph.Float, 2)
	y := nb.BatchNorm("bn", x, mask)
	mean, variance := g.Moments(y)
	dmask := grad.Of(g, g.Sum(y, 0, 1, 2, 3), []*graph.Node{mask})[0]
	got := eval(t, map[string][]float64{
		"x": enginetest.Normal(1, "x", 72), "bn.gamma": {2, 3}, "bn.beta": {0.5, -1}, "mask": {1, 0},
	}, mean, variance, dmask)
	if err := enginetest.Close(got[0], []float64{0.5, 0}, 1e-9); err != nil {
		t.Errorf("means: %v", err)
	}
	if err := enginetest.Close(got[1], []float64{4, 0}, 1e-3); err != nil { // minus the effect of Epsilon
		t.Errorf("variances: %v", err)
	}
	if err := enginetest.Close(got[2], []float64{36 * 0.5, 36 * -1}, 1e-9); err != nil {
		t.Errorf("gradient of the mask: %v", err)
	}
	if len(nb.Moments) != 1 || nb.Moments[0].Count != 36 {
		t.Errorf("recorded %+v", nb.Moments)
	}
}
