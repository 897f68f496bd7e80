package lower

import (
	"testing"

	"fbnas/graph"
	"fbnas/graph/grad"
)

// TestSeparable: the inside of an inverted residual and its gradients become two
// operators, but none if something else reads their inner values.
func TestSeparable(t *testing.T) {
	type parts struct{ first, conv, second *graph.Node }
	for name, c := range map[string]struct {
		also func(g *graph.Graph, p parts) *graph.Node // another output
		want int
	}{
		"alone":               {nil, 2},
		"with its statistics": {func(g *graph.Graph, p parts) *graph.Node { return g.Mean(p.conv, 0, 2, 3) }, 2},
		"another reader of the first norm": {func(g *graph.Graph, p parts) *graph.Node {
			return g.Sum(p.first, 0, 2, 3)
		}, 0},
		"another reader of the convolution": {func(g *graph.Graph, p parts) *graph.Node {
			return g.Unary(graph.Relu, p.conv)
		}, 0},
		"the convolution is an output": {func(_ *graph.Graph, p parts) *graph.Node { return p.conv }, 0},
	} {
		t.Run(name, func(t *testing.T) {
			g := graph.New()
			vector := func(name string) *graph.Node { return g.Input(name, graph.Float, 3) }
			x := g.MapInput("x", 16, 3, 6, 6)
			var p parts
			p.first = g.BatchNorm(x, vector("scale1"), vector("shift1"), 1e-5)
			w := g.Input("w", graph.Float, 3, 1, 3, 3)
			p.conv = g.Conv(p.first, w, nil, graph.ConvAttr{Stride: 2, Pad: 1, Groups: 3})
			p.second = g.BatchNorm(p.conv, vector("scale2"), vector("shift2"), 1e-5)
			loss := g.Reshape(g.Dot(p.second, g.MapInput("weights", 16, 3, 3, 3), 0, 1, 2, 3), 1)
			outputs := []Output{{"loss", loss}}
			for i, d := range grad.Of(g, loss, []*graph.Node{x, w, vector("scale1"), vector("shift2")}) {
				outputs = append(outputs, Output{string(rune('a' + i)), d})
			}
			if c.also != nil {
				outputs = append(outputs, Output{"also", c.also(g, p)})
			}
			m, err := Blocked(outputs, 16, Options{Name: "test"})
			if err != nil {
				t.Fatal(err)
			}
			got := 0
			for _, n := range m.Proto.GetGraph().GetNode() {
				if op := n.GetOpType(); op == "Separable" || op == "SeparableGrad" {
					got++
				}
			}
			if got != c.want {
				t.Errorf("%d operators, want %d", got, c.want)
			}
		})
	}
}
