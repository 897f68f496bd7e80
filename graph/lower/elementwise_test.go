package lower

import (
	"fmt"
	"strings"
	"testing"

	"fbnas/graph"
)

// counted is the number of nodes of each kind that Blocked writes.
func counted(t *testing.T, outputs []Output) map[string]int {
	t.Helper()
	m, err := Blocked(outputs, 8, Options{Name: "test"})
	if err != nil {
		t.Fatal(err)
	}
	kinds := map[string]int{}
	for _, n := range m.Proto.GetGraph().GetNode() {
		kinds[strings.TrimPrefix(n.GetDomain()+".", ".")+n.GetOpType()]++
	}
	return kinds
}

func input(g *graph.Graph, name string, n int) *graph.Node { return g.Input(name, graph.Float, n) }

var fusions = []struct {
	name  string
	build func(g *graph.Graph, x *graph.Node) []*graph.Node // x is a map
	want  map[string]int
}{
	{"momentum and parameter at once", func(g *graph.Graph, _ *graph.Node) []*graph.Node {
		p, v := input(g, "p", 5), input(g, "v", 5)
		v = g.Add(g.Scale(v, 0.9), input(g, "d", 5))
		return []*graph.Node{v, g.Sub(p, g.Mul(v, input(g, "lr", 1)))}
	}, map[string]int{"fbnas.Elementwise": 1}},
	{"one node alone", func(g *graph.Graph, _ *graph.Node) []*graph.Node {
		return []*graph.Node{g.Add(input(g, "a", 5), input(g, "b", 5))}
	}, map[string]int{"Add": 1}},
	{"two programs where a sum lies between", func(g *graph.Graph, _ *graph.Node) []*graph.Node {
		e := g.Unary(graph.Exp, g.Scale(input(g, "a", 5), 2))
		return []*graph.Node{g.Add(g.Mul(e, e), g.Div(e, g.Sum(e, 0)))}
	}, map[string]int{"fbnas.Elementwise": 2}},
	{"shapes that broadcast are left alone", func(g *graph.Graph, _ *graph.Node) []*graph.Node {
		a := g.Input("a", graph.Float, 5, 1)
		return []*graph.Node{g.Add(g.Mul(a, input(g, "b", 5)), g.Mul(a, input(g, "c", 5)))}
	}, map[string]int{"Mul": 2, "Add": 1}},
	{"maps are left alone", func(g *graph.Graph, x *graph.Node) []*graph.Node {
		return []*graph.Node{g.Mean(g.Unary(graph.Exp, g.Unary(graph.Exp, g.GlobalPool(x))), 0, 1, 2, 3)}
	}, map[string]int{"Exp": 2}},
	{"a program that is too long is none", func(g *graph.Graph, _ *graph.Node) []*graph.Node {
		y := input(g, "a", 5)
		for range maxRegisters {
			y = g.Add(y, y)
		}
		return []*graph.Node{y}
	}, map[string]int{"Add": maxRegisters}},
	// A BatchNorm that reads the scale provides the mean.
	{"no program that would wait for itself", func(g *graph.Graph, x *graph.Node) []*graph.Node {
		scale := g.Scale(input(g, "a", 3), 2)
		normed := g.BatchNorm(x, scale, input(g, "b", 3), 1e-5)
		return []*graph.Node{g.Sum(normed, 0, 1, 2, 3), g.Mul(g.Mean(x, 0, 2, 3), scale)}
	}, map[string]int{"Mul": 2}},
}

func TestElementwiseFusion(t *testing.T) {
	for _, c := range fusions {
		g := graph.New()
		x := g.MapInput("x", 8, 3, 2, 2)
		outputs := []Output{{"pooled", g.Sum(g.GlobalPool(x), 0, 1, 2, 3)}}
		border := counted(t, outputs)
		for i, n := range c.build(g, x) {
			outputs = append(outputs, Output{fmt.Sprint("y", i), n})
		}
		got := counted(t, outputs)
		for _, kind := range []string{"Add", "Sub", "Mul", "Div", "Exp", "Identity", "fbnas.Elementwise"} {
			if n := got[kind] - border[kind]; n != c.want[kind] {
				t.Errorf("%s: %d times %s, want %d", c.name, n, kind, c.want[kind])
			}
		}
	}
}

// TestStdHasNoOperatorOfOurs: std runs on every execution provider.
func TestStdHasNoOperatorOfOurs(t *testing.T) {
	for _, c := range fusions {
		g := graph.New()
		var outputs []Output
		for i, n := range c.build(g, g.MapInput("x", 8, 3, 2, 2)) {
			outputs = append(outputs, Output{fmt.Sprint("y", i), n})
		}
		m, err := Std(outputs, Options{Name: "test"})
		if err != nil {
			t.Fatal(err)
		}
		for _, n := range m.Proto.GetGraph().GetNode() {
			if n.GetDomain() != "" {
				t.Errorf("%s: %s of %s", c.name, n.GetOpType(), n.GetDomain())
			}
		}
	}
}
