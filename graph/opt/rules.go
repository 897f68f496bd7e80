package opt

import "fbnas/graph"

// Inference are the rules for a network that is only evaluated.
var Inference = []Rule{
	affineIntoConv,
	reductionOfOne,
}

// Training are the rules for a program that trains: fewer passes over maps.
var Training = []Rule{
	addIntoAffine,
}

// addIntoAffine lets an addition ride in the pass of an Affine. The gradient of
// a batch norm is three terms, two of them affine and one the same for every
// pixel of a channel; a residual block ends in an Affine and an addition.
//
//	Affine(x, s, t) + Expand(v [1,C,1,1]) = Affine(x, s, t + v)
//	Affine(x, s, t) + q                   = Affine(x, s, t, q)
func addIntoAffine(g *graph.Graph, n *graph.Node, sole func(*graph.Node) bool) *graph.Node {
	if n.Op != graph.Add || !n.Map {
		return nil
	}
	for i, p := range n.In {
		q := n.In[1-i]
		if p.Op != graph.Affine || !sole(p) || !p.Shape.Equal(n.Shape) || !q.Shape.Equal(n.Shape) {
			continue
		}
		x, scale, shift := p.In[0], p.In[1], p.In[2]
		channels := n.Shape[1]
		switch {
		case q.Op == graph.Expand && q.In[0].Shape.Equal(graph.Shape{1, channels, 1, 1}):
			return g.Apply(graph.Affine, graph.Attr{}, append([]*graph.Node{x, scale,
				g.Add(shift, g.Reshape(q.In[0], channels))}, p.In[3:]...)...)
		case len(p.In) == 3 && q.Map:
			return g.AffineSum(x, scale, shift, q)
		}
	}
	return nil
}

// affineIntoConv scales the weights instead of the map: a batch norm with
// running statistics then costs nothing. What is left of it is arithmetic on
// vectors, which Fold does beforehand.
//
//	Affine(Conv(x, w, b), s, t) = Conv(x, w·s, b·s + t)
func affineIntoConv(g *graph.Graph, n *graph.Node, sole func(*graph.Node) bool) *graph.Node {
	if n.Op != graph.Affine || len(n.In) != 3 || n.In[0].Op != graph.Conv || !sole(n.In[0]) {
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
