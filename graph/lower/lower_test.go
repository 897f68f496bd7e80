package lower

import (
	"testing"

	"fbnas/graph"
)

func TestEveryOperatorHasARow(t *testing.T) {
	for _, op := range graph.Ops() {
		if _, ok := table[op]; !ok && op != graph.Input && op != graph.Const {
			t.Errorf("%s has no row", op)
		}
	}
	for op, r := range table {
		if r.std == nil {
			t.Errorf("%s has no std emitter", op)
		}
	}
}

func TestFits(t *testing.T) {
	for _, c := range []struct {
		name  string
		block int
		build func(g *graph.Graph) *graph.Node
		want  bool
	}{
		{"a batch of two blocks", 8, func(g *graph.Graph) *graph.Node { return g.GlobalPool(g.MapInput("x", 16, 3, 2, 2)) }, true},
		{"a batch and a half", 16, func(g *graph.Graph) *graph.Node { return g.GlobalPool(g.MapInput("x", 24, 3, 2, 2)) }, false},
		{"one map of two", 8, func(g *graph.Graph) *graph.Node {
			return g.Add(g.Sum(g.MapInput("x", 8, 3, 2, 2), 0, 2, 3), g.Sum(g.MapInput("y", 4, 3, 2, 2), 0, 2, 3))
		}, false},
		{"statistics as a map", 8, func(g *graph.Graph) *graph.Node {
			return g.Apply(graph.Mean, graph.Attr{Axes: []int{0, 2, 3}, Keep: true}, g.MapInput("x", 8, 3, 2, 2))
		}, false},
		{"no map", 8, func(g *graph.Graph) *graph.Node { return g.Input("x", graph.Float, 8) }, false},
		{"no block", 0, func(g *graph.Graph) *graph.Node { return g.GlobalPool(g.MapInput("x", 16, 3, 2, 2)) }, false},
	} {
		outputs := []Output{{"y", c.build(graph.New())}}
		if got := Fits(outputs, c.block); got != c.want {
			t.Errorf("%s fits %d: %v", c.name, c.block, got)
		}
		if _, err := Blocked(outputs, c.block, Options{Name: "test"}); (err == nil) != c.want {
			t.Errorf("%s: lowering says %v", c.name, err)
		}
	}
}

// TestDialectsAgreeOnTheBorder: inputs and outputs have the same names, types
// and shapes in both dialects.
func TestDialectsAgreeOnTheBorder(t *testing.T) {
	g := graph.New()
	x := g.MapInput("x", 16, 3, 4, 4)
	outputs := []Output{{"map", g.Unary(graph.Relu, x)}, {"input", x}, {"vector", g.Mean(x, 0, 2, 3)}}
	std, err := Std(outputs, Options{Name: "std"})
	if err != nil {
		t.Fatal(err)
	}
	blocked, err := Blocked(outputs, 8, Options{Name: "blocked"})
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range append(std.Inputs(), std.Outputs()...) {
		got := append(blocked.Inputs(), blocked.Outputs()...)[i]
		if got.Name != want.Name || got.Type != want.Type || got.Shape.String() != want.Shape.String() {
			t.Errorf("%v in blocked, %v in std", got, want)
		}
	}
}
