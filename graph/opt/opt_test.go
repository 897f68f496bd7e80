package opt_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"fbnas/engine/enginetest"
	"fbnas/engine/interp"
	"fbnas/graph"
	"fbnas/graph/opt"
	"fbnas/internal/random"
)

// count counts the nodes of an operator that outputs need.
func count(op graph.Op, outputs ...*graph.Node) int {
	n := 0
	for _, x := range graph.Reachable(outputs...) {
		if x.Op == op {
			n++
		}
	}
	return n
}

// layer is a convolution followed by a batch norm's affine.
func layer(g *graph.Graph, x *graph.Node, bias *graph.Node) (conv, y *graph.Node) {
	c := x.Shape[1]
	conv = g.Conv(x, g.Input("w", graph.Float, 3, c, 3, 3), bias, graph.ConvAttr{Stride: 1, Pad: 1, Groups: 1})
	g.SetLabel(conv, "layer")
	scale := g.Div(g.Input("s", graph.Float, 3), g.Scalar(3))
	return conv, g.Affine(conv, scale, g.Sub(g.Input("t", graph.Float, 3), scale))
}

func TestAffineIntoConv(t *testing.T) {
	for _, tc := range []struct {
		name    string
		build   func(g *graph.Graph, x *graph.Node) []*graph.Node
		affines int
		labels  []string // of convolution, weights and bias, where folded
	}{
		{"without a bias", func(g *graph.Graph, x *graph.Node) []*graph.Node {
			_, y := layer(g, x, nil)
			return []*graph.Node{y}
		}, 0, []string{"layer", "w", "layer.bias"}},
		{"with a bias", func(g *graph.Graph, x *graph.Node) []*graph.Node {
			_, y := layer(g, x, g.Input("b", graph.Float, 3))
			return []*graph.Node{y}
		}, 0, []string{"layer", "w", "b"}},
		{"twice", func(g *graph.Graph, x *graph.Node) []*graph.Node {
			_, y := layer(g, x, nil)
			return []*graph.Node{g.Affine(y, g.Input("s2", graph.Float, 3), g.Input("t2", graph.Float, 3))}
		}, 0, []string{"layer", "w", "layer.bias"}},
		{"behind a pool that goes", func(g *graph.Graph, x *graph.Node) []*graph.Node {
			conv, _ := layer(g, g.GlobalPool(x), nil)
			return []*graph.Node{g.Affine(g.GlobalPool(conv), g.Input("s", graph.Float, 3), g.Input("t", graph.Float, 3))}
		}, 0, nil},
		{"a convolution with another consumer", func(g *graph.Graph, x *graph.Node) []*graph.Node {
			conv, y := layer(g, x, nil)
			return []*graph.Node{g.Add(y, conv)}
		}, 1, nil},
		{"a convolution that is an output", func(g *graph.Graph, x *graph.Node) []*graph.Node {
			conv, y := layer(g, x, nil)
			return []*graph.Node{y, conv}
		}, 1, nil},
		{"batch statistics", func(g *graph.Graph, x *graph.Node) []*graph.Node {
			conv, _ := layer(g, x, nil)
			mean, variance := g.Moments(conv)
			return []*graph.Node{g.Affine(conv, variance, mean)}
		}, 1, nil},
	} {
		t.Run(tc.name, func(t *testing.T) {
			g := graph.New()
			before := tc.build(g, g.MapInput("x", 2, 2, 4, 4))
			after := opt.Rewrite(g, before, opt.Inference...)
			same(t, g, before, after, 1)
			if n := count(graph.Affine, after...); n != tc.affines {
				t.Errorf("%d affines left, want %d", n, tc.affines)
			}
			if tc.labels == nil {
				return
			}
			for i, n := range append([]*graph.Node{after[0]}, after[0].In[1:]...) {
				if g.Label(n) != tc.labels[i] {
					t.Errorf("%v is labelled %q, want %q", n, g.Label(n), tc.labels[i])
				}
			}
		})
	}
}

func TestReductionOfOne(t *testing.T) {
	g := graph.New()
	pixel, plane := g.MapInput("pixel", 2, 3, 1, 1), g.MapInput("plane", 2, 3, 4, 4)
	before := []*graph.Node{g.GlobalPool(pixel), g.GlobalPool(g.GlobalPool(plane)), g.Mean(g.Input("v", graph.Float, 1), 0)}
	after := opt.Rewrite(g, before, opt.Inference...)
	same(t, g, before, after, 1)
	if want := []*graph.Node{pixel, g.GlobalPool(plane), g.Input("v", graph.Float, 1)}; !slices.Equal(after, want) {
		t.Errorf("got %v, want %v", after, want)
	}
}

func TestFold(t *testing.T) {
	g := graph.New()
	a, b := g.Input("a", graph.Float, 3), g.Input("b", graph.Float, 3)
	two := g.Const([]float64{2, 3, 4}, 3)
	doubled := g.Mul(a, two)
	g.SetLabel(doubled, "doubled")
	before := []*graph.Node{g.Add(doubled, b), g.Unary(graph.Exp, two), a}
	after, err := opt.Fold(g, before, map[string][]float64{"a": {1, 10, 100}}, interp.Eval)
	if err != nil {
		t.Fatal(err)
	}
	sum := after[0]
	if sum.Op != graph.Add || sum.In[1] != b || !slices.Equal(sum.In[0].Data, []float64{2, 30, 400}) {
		t.Errorf("a·two + b became %v of %v", sum, sum.In)
	}
	if after[1].Op != graph.Const || after[2].Op != graph.Const || !slices.Equal(after[2].Data, []float64{1, 10, 100}) {
		t.Errorf("literal outputs became %v", after[1:])
	}
	if g.Label(sum.In[0]) != "doubled" || g.Label(after[2]) != "a" {
		t.Errorf("labels %q and %q, want doubled and a", g.Label(sum.In[0]), g.Label(after[2]))
	}
}

func TestFoldReportsTheEvaluator(t *testing.T) {
	g := graph.New()
	y := g.Scale(g.Input("a", graph.Float, 3), 2)
	if _, err := opt.Fold(g, []*graph.Node{y}, map[string][]float64{"a": {1}}, interp.Eval); err == nil {
		t.Error("a value of the wrong length is folded")
	}
}

// TestRandomGraphs: rewritten and folded graphs compute the same as before, with no
// more convolutions than before.
func TestRandomGraphs(t *testing.T) {
	affines, folded := 0, 0
	for seed := range uint64(150) {
		g, before := randomNetwork(seed)
		after := opt.Rewrite(g, before, opt.Inference...)
		same(t, g, before, after, seed)
		if a, b := count(graph.Conv, after...), count(graph.Conv, before...); a > b {
			t.Errorf("seed %d: %d convolutions became %d", seed, b, a)
		}
		affines += count(graph.Affine, before...)
		folded += count(graph.Affine, before...) - count(graph.Affine, after...)

		values := draw(g, seed)
		held := map[string][]float64{} // inputs that are not folded
		for _, n := range graph.Reachable(after...) {
			if n.Op == graph.Input && n.Map {
				held[n.Name] = values[n.Name]
				delete(values, n.Name)
			}
		}
		literal, err := opt.Fold(g, after, values, interp.Eval)
		if err != nil {
			t.Fatal(err)
		}
		for _, n := range graph.Reachable(literal...) {
			if n.Op == graph.Input && !n.Map {
				t.Errorf("seed %d: %v is left", seed, n)
			}
		}
		want := eval(t, before, draw(g, seed))
		for i, got := range eval(t, literal, held) {
			if err := enginetest.Close(got, want[i], 1e-12); err != nil {
				t.Errorf("seed %d: folded: %v", seed, err)
			}
		}
	}
	if folded < 100 || folded == affines {
		t.Errorf("%d of %d affines folded: the graphs do not show both sides of the rule", folded, affines)
	}
}

// randomNetwork is a chain of layers whose values are sometimes read twice.
func randomNetwork(seed uint64) (*graph.Graph, []*graph.Node) {
	r := random.New(seed, "network")
	g := graph.New()
	x := g.MapInput("x", 2, 1+r.IntN(3), 1+r.IntN(5), 1+r.IntN(5))
	var extra []*graph.Node
	for i := range 2 + r.IntN(6) {
		y := randomLayer(g, r, x, fmt.Sprintf("layer%d", i))
		switch r.IntN(6) {
		case 0:
			extra = append(extra, y)
		case 1:
			if y.Shape.Equal(x.Shape) {
				y = g.Add(x, y)
			}
		case 2:
			y = g.Mul(y, g.Unary(graph.HardSigmoid, g.GlobalPool(y)))
		}
		x = y
	}
	return g, append(extra, x)
}

func randomLayer(g *graph.Graph, r *rand.Rand, x *graph.Node, name string) *graph.Node {
	in := x.Shape[1]
	vector := func(part string, n int) *graph.Node { return g.Input(name+"."+part, graph.Float, n) }
	switch r.IntN(5) {
	case 0:
		return g.Affine(x, vector("scale", in), vector("shift", in))
	case 1:
		return g.Unary([]graph.Op{graph.Relu, graph.HardSwish}[r.IntN(2)], x)
	case 2:
		return g.GlobalPool(x)
	}
	k, groups, out := 1+2*r.IntN(2), 1, 1+r.IntN(4)
	if r.IntN(3) == 0 {
		groups, out = in, in
	}
	var bias *graph.Node
	if r.IntN(2) == 0 {
		bias = vector("bias", out)
	}
	w := g.Input(name+".weight", graph.Float, out, in/groups, k, k)
	y := g.Conv(x, w, bias, graph.ConvAttr{Stride: 1 + r.IntN(2), Pad: k / 2, Groups: groups})
	return g.Affine(y, vector("s", out), vector("t", out))
}

// same compares two versions of outputs on random inputs.
func same(t *testing.T, g *graph.Graph, before, after []*graph.Node, seed uint64) {
	t.Helper()
	values := draw(g, seed)
	want := eval(t, before, values)
	for i, got := range eval(t, after, values) {
		if !before[i].Shape.Equal(after[i].Shape) || before[i].Map != after[i].Map {
			t.Errorf("seed %d: output %v became %v", seed, before[i], after[i])
		}
		if err := enginetest.Close(got, want[i], 1e-12); err != nil {
			t.Errorf("seed %d: output %d: %v", seed, i, err)
		}
	}
}

func eval(t *testing.T, outputs []*graph.Node, values map[string][]float64) [][]float64 {
	t.Helper()
	v, err := interp.Eval(outputs, values)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func draw(g *graph.Graph, seed uint64) map[string][]float64 {
	values := map[string][]float64{}
	for _, n := range g.Nodes() {
		if n.Op == graph.Input {
			values[n.Name] = enginetest.Normal(seed, n.Name, n.Shape.Len())
		}
	}
	return values
}
