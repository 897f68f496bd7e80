package grad

import (
	"slices"

	"fbnas/graph"
)

type node = graph.Node

// A rule returns, for a node n and the gradient dy of its value, the gradient
// of each input, or nil if it has none. Unused gradients cost nothing: only
// reachable nodes are run.
type rule func(g *graph.Graph, n, dy *node) []*node

// rules has one row for each operator with inputs. Formulas:
// docs/background/gradients.md, "Rules".
var rules = map[graph.Op]rule{
	graph.Conv:      conv,
	graph.ConvGradX: convGradX,
	graph.ConvGradW: convGradW,
	graph.Affine: func(g *graph.Graph, n, dy *node) []*node {
		x, scale := n.In[0], n.In[1]
		zero := g.Const(make([]float64, scale.Shape.Len()), scale.Shape...)
		return []*node{g.Affine(dy, scale, zero), g.Dot(dy, x, 0, 2, 3), g.Sum(dy, 0, 2, 3), dy}[:len(n.In)]
	},
	graph.Var: variance,
	graph.BatchNorm: func(g *graph.Graph, n, dy *node) []*node {
		of := func(input int) *node {
			attr := n.Attr
			attr.Of = input
			return g.Apply(graph.BatchNormGrad, attr, dy, n.In[0], n.In[1], n.In[2])
		}
		return []*node{of(0), of(1), of(2), dy}[:len(n.In)]
	},
	graph.BatchNormGrad: func(_ *graph.Graph, n, _ *node) []*node {
		graph.Misuse("%s: a batch norm has no second derivative here", n)
		return nil
	},
	graph.Shuffle: func(g *graph.Graph, n, dy *node) []*node {
		return []*node{g.Shuffle(dy, n.Shape[1]/n.Attr.Groups)}
	},

	graph.Add: func(g *graph.Graph, n, dy *node) []*node {
		return []*node{sumTo(g, dy, n.In[0]), sumTo(g, dy, n.In[1])}
	},
	graph.Sub: func(g *graph.Graph, n, dy *node) []*node {
		return []*node{sumTo(g, dy, n.In[0]), g.Scale(sumTo(g, dy, n.In[1]), -1)}
	},
	graph.Mul: func(g *graph.Graph, n, dy *node) []*node {
		return []*node{mulTo(g, dy, n.In[1], n.In[0]), mulTo(g, dy, n.In[0], n.In[1])}
	},
	graph.Div: func(g *graph.Graph, n, dy *node) []*node {
		d := g.Div(dy, n.In[1])
		return []*node{sumTo(g, d, n.In[0]), g.Scale(mulTo(g, d, n, n.In[1]), -1)}
	},

	graph.Relu: func(g *graph.Graph, n, dy *node) []*node {
		return []*node{g.Mul(dy, g.Unary(graph.Step, n))}
	},
	graph.HardSigmoid: func(g *graph.Graph, n, dy *node) []*node {
		inside := g.Unary(graph.Step, g.Mul(n, g.Sub(g.Scalar(1), n)))
		return []*node{g.Scale(g.Mul(dy, inside), 1.0/6)}
	},
	graph.HardSwish: func(g *graph.Graph, n, dy *node) []*node {
		return []*node{g.Mul(dy, g.Unary(graph.HardSwishSlope, n.In[0]))}
	},
	graph.HardSwishSlope: func(g *graph.Graph, n, dy *node) []*node {
		return []*node{g.Scale(g.Mul(dy, between(g, n.In[0], -3, 3)), 1.0/3)}
	},
	graph.Sigmoid: func(g *graph.Graph, n, dy *node) []*node {
		return []*node{g.Mul(dy, g.Mul(n, g.Sub(g.Scalar(1), n)))}
	},
	graph.Exp: func(g *graph.Graph, n, dy *node) []*node { return []*node{g.Mul(dy, n)} },
	graph.Log: func(g *graph.Graph, n, dy *node) []*node { return []*node{g.Div(dy, n.In[0])} },
	graph.Sqrt: func(g *graph.Graph, n, dy *node) []*node {
		return []*node{g.Scale(g.Div(dy, n), 0.5)}
	},
	graph.Clip: func(g *graph.Graph, n, dy *node) []*node {
		return []*node{g.Mul(dy, between(g, n.In[0], n.Attr.Lo, n.Attr.Hi))}
	},
	graph.Step:     none,
	graph.StopGrad: none,

	graph.Sum: func(g *graph.Graph, n, dy *node) []*node { return []*node{unreduce(g, n, dy)} },
	graph.Mean: func(g *graph.Graph, n, dy *node) []*node {
		share := float64(n.Shape.Len()) / float64(n.In[0].Shape.Len())
		return []*node{unreduce(g, n, g.Scale(dy, share))}
	},
	graph.Max: maximum,
	graph.Dot: func(g *graph.Graph, n, dy *node) []*node {
		d := unreduce(g, n, dy)
		return []*node{g.Mul(d, n.In[1]), g.Mul(d, n.In[0])}
	},

	graph.Reshape: func(g *graph.Graph, n, dy *node) []*node { return []*node{reshapeLike(g, dy, n.In[0])} },
	graph.Expand:  func(g *graph.Graph, n, dy *node) []*node { return []*node{sumTo(g, dy, n.In[0])} },
	graph.MatMul:  matMul,
	graph.Softmax: func(g *graph.Graph, n, dy *node) []*node {
		inner := keepLast(g, g.Dot(dy, n, len(n.Shape)-1), n)
		return []*node{g.Mul(n, g.Sub(dy, inner))}
	},
	graph.LogSoftmax: func(g *graph.Graph, n, dy *node) []*node {
		total := keepLast(g, g.Sum(dy, len(n.Shape)-1), n)
		return []*node{g.Sub(dy, g.Mul(g.Unary(graph.Exp, n), total))}
	},
	graph.OneHot: none,
}

func none(*graph.Graph, *node, *node) []*node { return nil }

// between is 1 where lo < x < hi, else 0.
func between(g *graph.Graph, x *node, lo, hi float64) *node {
	above, below := g.Sub(x, g.Scalar(lo)), g.Sub(g.Scalar(hi), x)
	return g.Unary(graph.Step, g.Mul(above, below))
}

func conv(g *graph.Graph, n, dy *node) []*node {
	x, w := n.In[0], n.In[1]
	dx, dw := convGrads(g, n.Attr, x, w, dy)
	if len(n.In) == 2 {
		return []*node{dx, dw}
	}
	return []*node{dx, dw, g.Sum(dy, 0, 2, 3)}
}

func convGrads(g *graph.Graph, a graph.Attr, x, w, dy *node) (dx, dw *node) {
	a.Size = [2]int{x.Shape[2], x.Shape[3]}
	dx = g.Apply(graph.ConvGradX, a, dy, w)
	a.Size = [2]int{w.Shape[2], w.Shape[3]}
	return dx, g.Apply(graph.ConvGradW, a, x, dy)
}

// convGradX: the operator is the adjoint of Conv in its first input, so its
// own gradients are a Conv and the weight gradient with the roles exchanged.
func convGradX(g *graph.Graph, n, dz *node) []*node {
	dy, w := n.In[0], n.In[1]
	_, dw := convGrads(g, n.Attr, dz, w, dy)
	return []*node{g.Conv(dz, w, nil, convAttr(n)), dw}
}

func convGradW(g *graph.Graph, n, dw *node) []*node {
	x, dy := n.In[0], n.In[1]
	dx, _ := convGrads(g, n.Attr, x, dw, dy)
	return []*node{dx, g.Conv(x, dw, nil, convAttr(n))}
}

func convAttr(n *node) graph.ConvAttr {
	return graph.ConvAttr{Stride: n.Attr.Stride, Pad: n.Attr.Pad, Groups: n.Attr.Groups}
}

// variance: dx = 2 dv (x - mean) / M, one affine pass; the mean gets no gradient,
// since deviations from it sum to zero.
func variance(g *graph.Graph, n, dv *node) []*node {
	x, mean := n.In[0], n.In[1]
	m := float64(x.Shape.Len() / x.Shape[1])
	scale := g.Scale(dv, 2/m)
	return []*node{g.Affine(x, scale, g.Scale(g.Mul(scale, mean), -1)), nil}
}

// maximum passes the gradient to every element that equals the maximum.
func maximum(g *graph.Graph, n, dy *node) []*node {
	x := n.In[0]
	less := g.Unary(graph.Step, g.Sub(unreduce(g, n, n), x))
	return []*node{g.Mul(unreduce(g, n, dy), g.Sub(g.Scalar(1), less))}
}

func matMul(g *graph.Graph, n, dy *node) []*node {
	a, b, ta, tb := n.In[0], n.In[1], n.Attr.TransA, n.Attr.TransB
	da, db := g.MatMul(dy, b, false, !tb), g.MatMul(a, dy, !ta, false)
	if ta {
		da = g.MatMul(b, dy, tb, true)
	}
	if tb {
		db = g.MatMul(dy, a, true, ta)
	}
	return []*node{da, db}
}

func reshapeLike(g *graph.Graph, x, like *node) *node {
	if like.Map {
		return g.ReshapeMap(x, like.Shape[0], like.Shape[1], like.Shape[2], like.Shape[3])
	}
	return g.Reshape(x, like.Shape...)
}

// unreduce broadcasts a reduced value d back over the input of reduction n.
func unreduce(g *graph.Graph, n, d *node) *node {
	x := n.In[0]
	kept := slices.Clone(x.Shape)
	for _, axis := range n.Attr.Axes {
		kept[axis] = 1
	}
	if pooled := len(kept) == 4 && x.Map && n.Attr.Axes[0] == 2; pooled {
		d = g.ReshapeMap(d, kept[0], kept[1], kept[2], kept[3])
	} else {
		d = g.Reshape(d, kept...)
	}
	return g.ExpandLike(d, x)
}

// keepLast restores the last axis, over which n reduced, as length 1 in d.
func keepLast(g *graph.Graph, d, n *node) *node {
	kept := slices.Clone(n.Shape)
	kept[len(kept)-1] = 1
	if n.Map {
		return g.ReshapeMap(d, kept[0], kept[1], kept[2], kept[3])
	}
	return g.Reshape(d, kept...)
}

// sumTo sums d over the axes along which `to` was broadcast.
func sumTo(g *graph.Graph, d, to *node) *node {
	axes := broadcastAxes(d.Shape, to.Shape)
	if len(axes) == 0 {
		return reshapeLike(g, d, to)
	}
	return reshapeLike(g, g.Sum(d, axes...), to)
}

// mulTo is sumTo of dy*other, in one pass if there are axes to sum over.
func mulTo(g *graph.Graph, dy, other, to *node) *node {
	axes := broadcastAxes(dy.Shape, to.Shape)
	if len(axes) == 0 || !other.Shape.Equal(dy.Shape) {
		return sumTo(g, g.Mul(dy, other), to)
	}
	return reshapeLike(g, g.Dot(dy, other, axes...), to)
}

// broadcastAxes are the axes to sum over to get from `from` to `to`.
func broadcastAxes(from, to graph.Shape) []int {
	var axes []int
	lead := len(from) - len(to)
	for i, d := range from {
		if i < lead || (to[i-lead] == 1 && d != 1) {
			axes = append(axes, i)
		}
	}
	return axes
}
