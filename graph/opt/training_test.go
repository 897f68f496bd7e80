package opt_test

import (
	"testing"

	"fbnas/graph"
	"fbnas/graph/grad"
	"fbnas/graph/opt"
	"fbnas/nn"
)

// TestTrainingRulesOnABatchNorm: the gradient of a batch norm with a shortcut
// around it is the same in fewer operations on maps.
func TestTrainingRulesOnABatchNorm(t *testing.T) {
	g := graph.New()
	nb := &nn.Builder{G: g}
	x := g.MapInput("x", 3, 4, 5, 5)
	w := g.Input("w", graph.Float, 4, 4, 1, 1)
	conv := g.Conv(x, w, nil, graph.ConvAttr{Stride: 1, Groups: 1})
	y := g.Add(x, nb.BatchNorm("bn", conv, g.Input("mask", graph.Float, 4)))
	loss := g.Dot(y, g.Mul(y, y), 0, 1, 2, 3)
	before := append([]*graph.Node{y}, grad.Of(g, loss, []*graph.Node{x, w, g.Input("bn.gamma", graph.Float, 4)})...)
	after := opt.Rewrite(g, before, opt.Training...)
	for seed := range uint64(3) {
		same(t, g, before, after, seed)
	}
	maps := func(outputs []*graph.Node) (n int) {
		for _, x := range graph.Reachable(outputs...) {
			if x.Map {
				n++
			}
		}
		return n
	}
	// The shortcut's addition, the mean's expansion and its addition, and the
	// addition of the variance's part.
	if b, a := maps(before), maps(after); a != b-4 {
		t.Errorf("%d operations on maps became %d", b, a)
	}
}

// TestAdditionsThatStay: an Affine that something else reads too would be
// computed twice, and a gate is no channel's constant.
func TestAdditionsThatStay(t *testing.T) {
	g := graph.New()
	x := g.MapInput("x", 2, 3, 4, 4)
	a := g.Affine(x, g.Input("s", graph.Float, 3), g.Input("t", graph.Float, 3))
	gate := g.ExpandLike(g.MapInput("gate", 2, 3, 1, 1), x)
	before := []*graph.Node{g.Add(a, x), g.Mul(a, a), g.Add(gate, gate)}
	after := opt.Rewrite(g, before, opt.Training...)
	for i := range before {
		if before[i] != after[i] {
			t.Errorf("%v became %v", before[i], after[i])
		}
	}
}
