package opt

import (
	"slices"

	"fbnas/graph"
)

// Inference has the rules for a network that is only evaluated.
var Inference = []Rule{
	affineIntoConv,
	reductionOfOne,
}

// Training has the rules for a program that trains: fewer passes over maps.
var Training = []Rule{
	activationIntoBatchNorm,
	slopeIntoBatchNormGrad,
	addIntoBatchNorm,
	addIntoAffine,
}

// activationIntoBatchNorm: Relu(BatchNorm(...)) becomes one operator, and so does
// HardSwish(BatchNorm(...)).
func activationIntoBatchNorm(g *graph.Graph, n *graph.Node, sole func(*graph.Node) bool) *graph.Node {
	if n.Op != graph.Relu && n.Op != graph.HardSwish {
		return nil
	}
	norm := n.In[0]
	if norm.Op != graph.BatchNorm || norm.Attr.Act != "" || len(norm.In) != 3 || !sole(norm) {
		return nil
	}
	attr := norm.Attr
	attr.Act = n.Op
	return g.Apply(graph.BatchNorm, attr, norm.In...)
}

// slopeIntoBatchNormGrad: the gradient that reaches a batch norm through the
// following activation is dy times a slope, which the operator computes from x.
func slopeIntoBatchNormGrad(g *graph.Graph, n *graph.Node, _ func(*graph.Node) bool) *graph.Node {
	if n.Op != graph.BatchNormGrad || n.Attr.Act != "" || n.In[0].Op != graph.Mul {
		return nil
	}
	for i, slope := range n.In[0].In {
		act := slopeOf(slope, n.In[1:])
		if act == "" {
			continue
		}
		attr := n.Attr
		attr.Act = act
		return g.Apply(n.Op, attr, append([]*graph.Node{n.In[0].In[1-i]}, n.In[1:]...)...)
	}
	return nil
}

// slopeOf names the activation whose slope n is, after the batch norm of
// (x, scale, shift); "" for none. Relu's slope follows from its result.
func slopeOf(n *graph.Node, norm []*graph.Node) graph.Op {
	isNorm := func(x *graph.Node, act graph.Op) bool {
		return x.Op == graph.BatchNorm && x.Attr.Act == act && slices.Equal(x.In, norm)
	}
	switch n.Op {
	case graph.HardSwishSlope:
		if isNorm(n.In[0], "") {
			return graph.HardSwish
		}
	case graph.Step:
		y := n.In[0]
		if isNorm(y, graph.Relu) || y.Op == graph.Relu && isNorm(y.In[0], "") {
			return graph.Relu
		}
	}
	return ""
}

// addIntoBatchNorm: a linear batch norm adds the shortcut in its own pass.
func addIntoBatchNorm(g *graph.Graph, n *graph.Node, sole func(*graph.Node) bool) *graph.Node {
	if n.Op != graph.Add || !n.Map {
		return nil
	}
	for i, norm := range n.In {
		sum := n.In[1-i]
		if norm.Op == graph.BatchNorm && len(norm.In) == 3 && sole(norm) && sum.Map && sum.Shape.Equal(norm.Shape) {
			return g.Apply(graph.BatchNorm, norm.Attr, append(slices.Clone(norm.In), sum)...)
		}
	}
	return nil
}

// addIntoAffine merges an addition into the pass of an Affine: a sum of
// weighted branches is a chain of them.
//
//	Affine(x, s, t) + q = Affine(x, s, t, q)
func addIntoAffine(g *graph.Graph, n *graph.Node, sole func(*graph.Node) bool) *graph.Node {
	if n.Op != graph.Add || !n.Map {
		return nil
	}
	for i, p := range n.In {
		q := n.In[1-i]
		if p.Op == graph.Affine && len(p.In) == 3 && sole(p) && q.Map && q.Shape.Equal(p.Shape) {
			return g.AffineSum(p.In[0], p.In[1], p.In[2], q)
		}
	}
	return nil
}

// affineIntoConv scales the weights instead of the map: a batch norm with
// running statistics then costs nothing. The remaining arithmetic is on
// vectors, and Fold does it beforehand.
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

// reductionOfOne drops a reduction over axes of length one that are kept,
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
