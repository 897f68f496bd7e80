package opt

import "fbnas/graph"

// Inference are the rules for a network that is only evaluated.
var Inference = []Rule{
	affineIntoConv,
	reductionOfOne,
}

// affineIntoConv scales the weights instead of the map: a batch norm with
// running statistics then costs nothing. What is left of it is arithmetic on
// vectors, which Fold does beforehand.
//
//	Affine(Conv(x, w, b), s, t) = Conv(x, w·s, b·s + t)
func affineIntoConv(g *graph.Graph, n *graph.Node, sole func(*graph.Node) bool) *graph.Node {
	if n.Op != graph.Affine || n.In[0].Op != graph.Conv || !sole(n.In[0]) {
		return nil
	}
	conv, scale, shift := n.In[0], n.In[1], n.In[2]
	name := g.Label(conv)
	w := g.Mul(conv.In[1], g.Reshape(scale, scale.Shape.Len(), 1, 1, 1))
	label(g, w, nameOf(g, conv.In[1]))
	bias := shift
	if len(conv.In) == 3 {
		bias = g.Add(g.Mul(conv.In[2], scale), shift)
		label(g, bias, nameOf(g, conv.In[2]))
	} else if name != "" {
		label(g, bias, name+".bias")
	}
	y := g.Apply(graph.Conv, conv.Attr, conv.In[0], w, bias)
	label(g, y, name)
	return y
}

// reductionOfOne drops a reduction over axes that have one element and stay,
// such as the pool of a map of one pixel.
func reductionOfOne(_ *graph.Graph, n *graph.Node, _ func(*graph.Node) bool) *graph.Node {
	switch n.Op {
	case graph.Sum, graph.Mean, graph.Max:
		if n.Shape.Equal(n.In[0].Shape) {
			return n.In[0]
		}
	}
	return nil
}
