package graph

// ConvAttr are the attributes of a convolution.
type ConvAttr struct{ Stride, Pad, Groups int }

// Conv is the convolution of a map [N,I,H,W] by weights [O,I/groups,k,k]; bias
// is [O] or nil.
func (g *Graph) Conv(x, w, bias *Node, a ConvAttr) *Node {
	in := []*Node{x, w}
	if bias != nil {
		in = append(in, bias)
	}
	return g.Apply(Conv, Attr{Stride: a.Stride, Pad: a.Pad, Groups: a.Groups}, in...)
}

// Affine scales and shifts the channels of a map by vectors [C].
func (g *Graph) Affine(x, scale, shift *Node) *Node { return g.Apply(Affine, Attr{}, x, scale, shift) }

// AffineSum is Affine and the addition of another map, in one pass.
func (g *Graph) AffineSum(x, scale, shift, sum *Node) *Node {
	return g.Apply(Affine, Attr{}, x, scale, shift, sum)
}

// Moments are the mean and the biased variance [C] of a map's channels.
func (g *Graph) Moments(x *Node) (mean, variance *Node) {
	mean = g.Mean(x, 0, 2, 3)
	return mean, g.Apply(Var, Attr{}, x, mean)
}

// BatchNorm normalises the channels of a map by the statistics of the batch and
// applies scale and shift, vectors [C].
func (g *Graph) BatchNorm(x, scale, shift *Node, epsilon float64) *Node {
	return g.Apply(BatchNorm, Attr{Epsilon: epsilon}, x, scale, shift)
}

// Shuffle interleaves the channels of `groups` groups.
func (g *Graph) Shuffle(x *Node, groups int) *Node { return g.Apply(Shuffle, Attr{Groups: groups}, x) }

// Add is a + b with broadcasting, as are Sub, Mul and Div.
func (g *Graph) Add(a, b *Node) *Node { return g.Apply(Add, Attr{}, a, b) }

// Sub is a - b.
func (g *Graph) Sub(a, b *Node) *Node { return g.Apply(Sub, Attr{}, a, b) }

// Mul is a * b.
func (g *Graph) Mul(a, b *Node) *Node { return g.Apply(Mul, Attr{}, a, b) }

// Div is a / b.
func (g *Graph) Div(a, b *Node) *Node { return g.Apply(Div, Attr{}, a, b) }

// Scale multiplies by a number.
func (g *Graph) Scale(x *Node, by float64) *Node { return g.Mul(x, g.Scalar(by)) }

// Unary applies one of the elementwise operators without attributes.
func (g *Graph) Unary(op Op, x *Node) *Node { return g.Apply(op, Attr{}, x) }

// Clip limits x to [lo, hi].
func (g *Graph) Clip(x *Node, lo, hi float64) *Node { return g.Apply(Clip, Attr{Lo: lo, Hi: hi}, x) }

// Sum over axes (ascending); the axes disappear.
func (g *Graph) Sum(x *Node, axes ...int) *Node { return g.Apply(Sum, Attr{Axes: axes}, x) }

// Mean over axes; the axes disappear.
func (g *Graph) Mean(x *Node, axes ...int) *Node { return g.Apply(Mean, Attr{Axes: axes}, x) }

// Max over axes; the axes disappear.
func (g *Graph) Max(x *Node, axes ...int) *Node { return g.Apply(Max, Attr{Axes: axes}, x) }

// Dot is the sum of a*b over axes; the axes disappear.
func (g *Graph) Dot(a, b *Node, axes ...int) *Node { return g.Apply(Dot, Attr{Axes: axes}, a, b) }

// GlobalPool is the mean of each channel of each image: [N,C,H,W] to [N,C,1,1].
func (g *Graph) GlobalPool(x *Node) *Node {
	return g.Apply(Mean, Attr{Axes: []int{2, 3}, Keep: true}, x)
}

// Reshape gives x another shape of equal size. The result is plain.
func (g *Graph) Reshape(x *Node, shape ...int) *Node { return g.reshape(x, shape, false) }

// ReshapeMap is Reshape to a map [N,C,H,W].
func (g *Graph) ReshapeMap(x *Node, n, c, h, w int) *Node {
	return g.reshape(x, Shape{n, c, h, w}, true)
}

func (g *Graph) reshape(x *Node, shape Shape, isMap bool) *Node {
	if x.Op == Reshape {
		x = x.In[0]
	}
	if x.Shape.Equal(shape) && x.Map == isMap {
		return x
	}
	return g.Apply(Reshape, Attr{Shape: shape, Map: isMap}, x)
}

// ExpandLike broadcasts x, of equal rank, to the shape of like; the result is
// a map if like is one.
func (g *Graph) ExpandLike(x, like *Node) *Node {
	if x.Shape.Equal(like.Shape) && x.Map == like.Map {
		return x
	}
	return g.Apply(Expand, Attr{Shape: like.Shape, Map: like.Map}, x)
}

// MatMul is the product of two matrices, each transposed if its flag is set.
func (g *Graph) MatMul(a, b *Node, transA, transB bool) *Node {
	return g.Apply(MatMul, Attr{TransA: transA, TransB: transB}, a, b)
}

// OneHot turns labels [N] into rows [N,depth].
func (g *Graph) OneHot(labels *Node, depth int) *Node {
	return g.Apply(OneHot, Attr{Depth: depth}, labels)
}
