package opt_test

import (
	"slices"
	"testing"

	"fbnas/graph"
	"fbnas/graph/grad"
	"fbnas/graph/opt"
	"fbnas/nn"
)

// TestTrainingRulesOnABatchNorm: with its activation or its shortcut and all
// gradients, a batch norm is two operations on maps: itself and its gradient.
func TestTrainingRulesOnABatchNorm(t *testing.T) {
	for name, c := range map[string]struct {
		behind func(g *graph.Graph, x, y *graph.Node) *graph.Node
		saved  int // operations on maps that the rules save
	}{
		"relu":     {func(g *graph.Graph, _, y *graph.Node) *graph.Node { return g.Unary(graph.Relu, y) }, 3},      // itself, slope, product
		"hswish":   {func(g *graph.Graph, _, y *graph.Node) *graph.Node { return g.Unary(graph.HardSwish, y) }, 3}, // as above
		"shortcut": {func(g *graph.Graph, x, y *graph.Node) *graph.Node { return g.Add(x, y) }, 1},                 // the addition
		"sigmoid":  {func(g *graph.Graph, _, y *graph.Node) *graph.Node { return g.Unary(graph.Sigmoid, y) }, 0},   // no rule
		"nothing":  {func(_ *graph.Graph, _, y *graph.Node) *graph.Node { return y }, 0},
	} {
		t.Run(name, func(t *testing.T) {
			g := graph.New()
			nb := &nn.Builder{G: g}
			x := g.MapInput("x", 3, 4, 5, 5)
			w := g.Input("w", graph.Float, 4, 4, 1, 1)
			conv := g.Conv(x, w, nil, graph.ConvAttr{Stride: 1, Groups: 1})
			y := c.behind(g, x, nb.BatchNorm("bn", conv, g.Input("mask", graph.Float, 4)))
			loss := g.Dot(y, g.MapInput("weights", 3, 4, 5, 5), 0, 1, 2, 3)
			before := append([]*graph.Node{y}, grad.Of(g, loss, []*graph.Node{x, w, g.Input("bn.gamma", graph.Float, 4)})...)
			after := opt.Rewrite(g, before, opt.Training...)
			for seed := range uint64(3) {
				same(t, g, before, after, seed)
			}
			if b, a := maps(before), maps(after); a != b-c.saved {
				t.Errorf("%d operations on maps became %d", b, a)
			}
		})
	}
}

func maps(outputs []*graph.Node) (n int) {
	for _, x := range graph.Reachable(outputs...) {
		if x.Map {
			n++
		}
	}
	return n
}

// TestBatchNormsThatStay: a value with a second reader would be computed
// twice.
func TestBatchNormsThatStay(t *testing.T) {
	g := graph.New()
	x := g.MapInput("x", 2, 3, 4, 4)
	norm := g.BatchNorm(x, g.Input("s", graph.Float, 3), g.Input("t", graph.Float, 3), 1e-5)
	before := []*graph.Node{g.Unary(graph.Relu, norm), g.Add(norm, x)}
	if after := opt.Rewrite(g, before, opt.Training...); !slices.Equal(after, before) {
		t.Errorf("%v became %v", before, after)
	}
}

// TestAdditionsThatStay: an Affine with a second reader would be
// computed twice.
func TestAdditionsThatStay(t *testing.T) {
	g := graph.New()
	x := g.MapInput("x", 2, 3, 4, 4)
	a := g.Affine(x, g.Input("s", graph.Float, 3), g.Input("t", graph.Float, 3))
	before := []*graph.Node{g.Add(a, x), g.Mul(a, a)}
	after := opt.Rewrite(g, before, opt.Training...)
	for i := range before {
		if before[i] != after[i] {
			t.Errorf("%v became %v", before[i], after[i])
		}
	}
}
