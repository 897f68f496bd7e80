package graph_test

import (
	"errors"
	"strings"
	"testing"

	"fbnas/graph"
)

func TestEqualNodesAreOne(t *testing.T) {
	g := graph.New()
	a, b := g.Input("a", graph.Float, 2, 3), g.Input("b", graph.Float, 2, 3)
	for name, build := range map[string]func() *graph.Node{
		"operator": func() *graph.Node { return g.Add(a, b) }, "literal": func() *graph.Node { return g.Scalar(2) },
		"input": func() *graph.Node { return g.Input("a", graph.Float, 2, 3) },
	} {
		if first := build(); build() != first {
			t.Errorf("%s: the same computation gave two nodes", name)
		}
	}
	for name, other := range map[string]*graph.Node{
		"inputs": g.Add(b, a), "operator": g.Sub(a, b),
		"attributes": g.Sum(g.Add(a, b), 0),
	} {
		if other == g.Add(a, b) {
			t.Errorf("other %s gave the same node", name)
		}
	}
	if g.Sum(a, 0) == g.Sum(a, 1) || g.Scalar(1) == g.Const([]float64{1}, 1, 1) || g.Scalar(0.1) == g.Scalar(0.1000001) {
		t.Error("different computations gave one node")
	}
}

func TestMapsAreKeptApart(t *testing.T) {
	g := graph.New()
	x := g.MapInput("x", 2, 3, 4, 4)
	w := g.Input("w", graph.Float, 5, 3, 1, 1)
	y := g.Conv(x, w, nil, graph.ConvAttr{Stride: 1, Groups: 1})
	for _, c := range []struct {
		n    *graph.Node
		want bool
	}{
		{y, true}, {g.Unary(graph.Relu, y), true}, {g.GlobalPool(y), true}, {g.Mul(y, g.GlobalPool(y)), true},
		{g.Mean(y, 0, 2, 3), false}, {g.Mul(w, w), false}, {g.Reshape(g.GlobalPool(y), 2, 5), false},
		{g.ReshapeMap(g.Reshape(g.GlobalPool(y), 2, 5), 2, 5, 1, 1), true},
		{g.Apply(graph.ConvGradW, graph.Attr{Stride: 1, Groups: 1, Size: [2]int{1, 1}}, x, y), false},
	} {
		if c.n.Map != c.want {
			t.Errorf("%s is a map: %v", c.n, c.n.Map)
		}
	}
}

func TestMisuseIsATypedPanic(t *testing.T) {
	conv := func(h, k, groups int) func(g *graph.Graph) {
		return func(g *graph.Graph) {
			g.Conv(g.MapInput("x", 1, 4, h, h), g.Input("w", graph.Float, 4, 4, k, k), nil, graph.ConvAttr{Stride: 1, Groups: groups})
		}
	}
	for name, c := range map[string]struct {
		build func(g *graph.Graph)
		want  string
	}{
		"no pixel left":      {conv(2, 3, 1), "leaves no pixel"},
		"groups":             {conv(4, 1, 2), "in 2 groups"},
		"shapes":             {func(g *graph.Graph) { g.Add(g.Input("a", graph.Float, 2), g.Input("b", graph.Float, 3)) }, "shapes [2] and [3]"},
		"arity":              {func(g *graph.Graph) { g.Apply(graph.Add, graph.Attr{}, g.Scalar(1)) }, "takes 2"},
		"unknown operator":   {func(g *graph.Graph) { g.Unary("Frobnicate", g.Scalar(1)) }, "is not an operator"},
		"integers":           {func(g *graph.Graph) { g.Unary(graph.Exp, g.Input("n", graph.Int, 2)) }, "integers"},
		"a name, two shapes": {func(g *graph.Graph) { g.Input("a", graph.Float, 2); g.Input("a", graph.Float, 3) }, "declared as"},
		"a vector on a map":  {func(g *graph.Graph) { g.Mul(g.MapInput("x", 2, 3, 4, 5), g.Input("v", graph.Float, 5)) }, "of the map"},
		"axis":               {func(g *graph.Graph) { g.Sum(g.Input("a", graph.Float, 2), 1) }, "axis 1"},
	} {
		err := func() (err error) {
			defer graph.Recover(&err)
			c.build(graph.New())
			return nil
		}()
		var misuse *graph.MisuseError
		if !errors.As(err, &misuse) || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %q", name, err, c.want)
		}
	}
}

func TestEveryOperatorIsDocumented(t *testing.T) {
	for _, op := range graph.Ops() {
		if graph.Doc(op) == "" {
			t.Errorf("%s has no definition", op)
		}
	}
}

func TestPrintedForm(t *testing.T) {
	g := graph.New()
	unused := g.Scalar(3)
	y := g.Sum(g.Mul(g.Input("a", graph.Float, 2), g.Scalar(2)), 0)
	var b strings.Builder
	if err := graph.Fprint(&b, y); err != nil {
		t.Fatal(err)
	}
	want := "%1 Input a[2]()\n%2 Const[1]()\n%3 Mul[2](%1, %2)\n%4 Sum[1](%3)\n"
	if b.String() != want || unused.ID != 0 {
		t.Errorf("printed\n%swant\n%s", b.String(), want)
	}
}
