package opt_test

import (
	"testing"

	"fbnas/engine/enginetest"
	"fbnas/graph"
	"fbnas/graph/opt"
)

// TestReadBefore: a network that reads the image, and its rewritten form that reads
// the raw pixels, compute the same.
func TestReadBefore(t *testing.T) {
	scale, shift := []float64{2, -0.5}, []float64{3, 0.25}
	conv := func(pad, groups int, bias bool) func(*graph.Graph, *graph.Node) *graph.Node {
		return func(g *graph.Graph, x *graph.Node) *graph.Node {
			var b *graph.Node
			if bias {
				b = g.Input("b", graph.Float, 4)
			}
			y := g.Conv(x, g.Input("w", graph.Float, 4, 2/groups, 3, 3), b, graph.ConvAttr{Stride: 1, Pad: pad, Groups: groups})
			g.SetLabel(y, "first")
			return y
		}
	}
	for _, c := range []struct {
		name  string
		build func(*graph.Graph, *graph.Node) *graph.Node
		shift []float64
		whole bool // image is no longer computed
	}{
		{"without padding", conv(0, 1, true), shift, true},
		{"without padding and bias", conv(0, 1, false), shift, true},
		{"with padding, scaled only", conv(1, 1, true), nil, true},
		{"with padding", conv(1, 1, false), shift, false},
		{"groups", conv(0, 2, true), shift, false},
		{"a shortcut", func(g *graph.Graph, x *graph.Node) *graph.Node {
			w := g.Input("w", graph.Float, 2, 2, 3, 3)
			return g.Add(x, g.Conv(x, w, nil, graph.ConvAttr{Stride: 1, Pad: 1, Groups: 1}))
		}, nil, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			g := graph.New()
			image, raw := g.MapInput("image", 2, 2, 5, 5), g.MapInput("raw", 2, 2, 5, 5)
			before := []*graph.Node{c.build(g, image)}
			after := opt.Rewrite(g, before, opt.ReadBefore(image, raw, scale, c.shift))
			values := draw(g, 1)
			for i, v := range values["raw"] {
				channel := i / 25 % 2
				values["image"][i] = v * scale[channel]
				if c.shift != nil {
					values["image"][i] += c.shift[channel]
				}
			}
			if err := enginetest.Close(eval(t, after, values)[0], eval(t, before, values)[0], 1e-12); err != nil {
				t.Error(err)
			}
			left := false
			for _, n := range graph.Reachable(after...) {
				left = left || n == image
			}
			if left == c.whole {
				t.Errorf("the image is computed: %v", left)
			}
			if name := g.Label(after[0]); c.whole && (name != "first" || g.Label(after[0].In[1]) != "w") {
				t.Errorf("labels %q and %q", name, g.Label(after[0].In[1]))
			}
		})
	}
}
