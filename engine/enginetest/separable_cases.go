package enginetest

import (
	"fmt"

	"fbnas/graph"
)

// separableCases are the inside of an inverted residual: a depthwise
// convolution between two batch norms with their activations, which a lowering
// may write as one operator. Sizes are odd and even, and smaller than the
// kernel; pads are those of networks, smaller ones, and none.
func separableCases(unit int) []Case {
	var cases []Case
	for _, c := range []struct {
		n, c, h, w, k, stride, pad int
		act, act2                  graph.Op
	}{
		{2, 3, 5, 6, 3, 1, 1, graph.Relu, graph.Relu},
		{1, 2, 6, 5, 3, 2, 1, graph.HardSwish, graph.HardSwish},
		{2, 2, 7, 7, 5, 2, 2, graph.Relu, ""},
		{1, 2, 3, 19, 5, 1, 2, "", graph.HardSwish},
		{1, 2, 2, 3, 7, 1, 3, graph.HardSwish, graph.Relu},
		{2, 1, 8, 9, 7, 2, 3, graph.HardSwish, ""},
		{1, 3, 6, 6, 5, 2, 1, graph.Relu, graph.Relu},
		{1, 3, 5, 4, 3, 1, 0, "", ""},
		{2, 3, 4, 3, 1, 2, 0, graph.HardSwish, graph.HardSwish},
		{2, 3, 7, 8, 3, 3, 1, graph.Relu, graph.HardSwish},
	} {
		cases = append(cases, Case{
			Name: fmt.Sprintf("Separable %dx%d kernel %d stride %d pad %d %q %q", c.h, c.w, c.k, c.stride, c.pad, c.act, c.act2),
			Op:   graph.BatchNorm,
			// The second batch norm undoes the scale of the first one: the gradients of
			// the first one's scale and shift are small compared with their terms.
			Slack: 20,
			Build: func(g *graph.Graph) *graph.Node {
				vector := func(name string) *graph.Node { return g.Input(name, graph.Float, c.c) }
				norm := func(x *graph.Node, name string, act graph.Op) *graph.Node {
					return g.Apply(graph.BatchNorm, graph.Attr{Epsilon: 1e-3, Act: act}, x, vector("scale"+name), vector("shift"+name))
				}
				first := norm(g.MapInput("x", c.n*unit, c.c, c.h, c.w), "1", c.act)
				w := g.Input("w", graph.Float, c.c, 1, c.k, c.k)
				conv := g.Conv(first, w, nil, graph.ConvAttr{Stride: c.stride, Pad: c.pad, Groups: c.c})
				return norm(conv, "2", c.act2)
			}})
	}
	return cases
}
