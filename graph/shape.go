package graph

import "slices"

func declared(n *Node) Shape { return n.Shape }

func sameShape(n *Node) Shape {
	if n.Op == Shuffle && n.In[0].Shape[1]%n.Attr.Groups != 0 {
		misuse("Shuffle of %d channels in %d groups", n.In[0].Shape[1], n.Attr.Groups)
	}
	return n.In[0].Shape
}

// OutSize is the output height or width of a convolution: floor((in + 2 pad -
// kernel) / stride) + 1.
func OutSize(in, kernel, stride, pad int) int {
	if in+2*pad < kernel {
		return 0 // Go divides towards zero, not down
	}
	return (in+2*pad-kernel)/stride + 1
}

func rank4(n *Node, xs ...*Node) {
	for _, x := range xs {
		if len(x.Shape) != 4 {
			misuse("%s of %s: want rank 4", n.Op, x)
		}
	}
}

// checkConv checks what a convolution and its gradients have in common: n has valid
// attributes, and the channels in and out fit the groups.
func checkConv(n *Node, in, inPerGroup, out int) {
	a := n.Attr
	if a.Stride < 1 || a.Pad < 0 || a.Groups < 1 {
		misuse("%s with stride %d, pad %d, groups %d", n.Op, a.Stride, a.Pad, a.Groups)
	}
	if in != inPerGroup*a.Groups || out%a.Groups != 0 {
		misuse("%s of %s by %s in %d groups", n.Op, n.In[0], n.In[1], a.Groups)
	}
}

func convShape(n *Node) Shape {
	x, w, a := n.In[0], n.In[1], n.Attr
	rank4(n, x, w)
	checkConv(n, x.Shape[1], w.Shape[1], w.Shape[0])
	if len(n.In) == 3 && !n.In[2].Shape.Equal(Shape{w.Shape[0]}) {
		misuse("Conv by %s with a bias of shape %v", w, n.In[2].Shape)
	}
	h := OutSize(x.Shape[2], w.Shape[2], a.Stride, a.Pad)
	v := OutSize(x.Shape[3], w.Shape[3], a.Stride, a.Pad)
	if h < 1 || v < 1 {
		misuse("Conv of %s by %s leaves no pixel", x, w)
	}
	return Shape{x.Shape[0], w.Shape[0], h, v}
}

func convGradXShape(n *Node) Shape {
	dy, w, a := n.In[0], n.In[1], n.Attr
	rank4(n, dy, w)
	checkConv(n, w.Shape[1]*a.Groups, w.Shape[1], w.Shape[0])
	if dy.Shape[1] != w.Shape[0] {
		misuse("ConvGradX of %s by %s", dy, w)
	}
	for i := range 2 {
		if OutSize(a.Size[i], w.Shape[2+i], a.Stride, a.Pad) != dy.Shape[2+i] {
			misuse("ConvGradX of %s by %s for the size %v", dy, w, a.Size)
		}
	}
	return Shape{dy.Shape[0], w.Shape[1] * a.Groups, a.Size[0], a.Size[1]}
}

func convGradWShape(n *Node) Shape {
	x, dy, a := n.In[0], n.In[1], n.Attr
	rank4(n, x, dy)
	checkConv(n, x.Shape[1], x.Shape[1]/max(a.Groups, 1), dy.Shape[1])
	if x.Shape[0] != dy.Shape[0] {
		misuse("ConvGradW of %s and %s", x, dy)
	}
	for i := range 2 {
		if OutSize(x.Shape[2+i], a.Size[i], a.Stride, a.Pad) != dy.Shape[2+i] {
			misuse("ConvGradW of %s and %s for the kernel %v", x, dy, a.Size)
		}
	}
	return Shape{dy.Shape[1], x.Shape[1] / a.Groups, a.Size[0], a.Size[1]}
}

func affineShape(n *Node) Shape {
	x := n.In[0]
	rank4(n, x)
	if len(n.In) == 4 && !n.In[3].Shape.Equal(x.Shape) {
		misuse("Affine of %s with the sum %s", x, n.In[3])
	}
	for _, v := range n.In[1:3] {
		if !v.Shape.Equal(Shape{x.Shape[1]}) {
			misuse("Affine of %s with a vector of shape %v", x, v.Shape)
		}
	}
	return x.Shape
}

// batchNormGradShape: x's shape for the gradient of x, otherwise that of scale and shift.
func batchNormGradShape(n *Node) Shape {
	dy, x, scale, shift := n.In[0], n.In[1], n.In[2], n.In[3]
	rank4(n, x)
	if channels := (Shape{x.Shape[1]}); !dy.Shape.Equal(x.Shape) || !scale.Shape.Equal(channels) || !shift.Shape.Equal(channels) {
		misuse("%s of %s and %s with vectors of shapes %v and %v", n.Op, dy, x, scale.Shape, shift.Shape)
	}
	return []Shape{x.Shape, scale.Shape, shift.Shape}[n.Attr.Of]
}

func varShape(n *Node) Shape {
	rank4(n, n.In[0])
	if want := (Shape{n.In[0].Shape[1]}); !n.In[1].Shape.Equal(want) {
		misuse("Var of %s with a mean of shape %v", n.In[0], n.In[1].Shape)
	}
	return n.In[1].Shape
}

// broadcast is NumPy's rule. A map is combined with another map or with numbers;
// vectors reach it through Affine. So a lowering has only three cases.
func broadcast(n *Node) Shape {
	a, b := n.In[0].Shape, n.In[1].Shape
	if x, y := n.In[0], n.In[1]; x.Map != y.Map && a.Len() > 1 && b.Len() > 1 {
		misuse("%s of the map %s and %s", n.Op, x, y)
	}
	if len(a) < len(b) {
		a, b = b, a
	}
	out := slices.Clone(a)
	for i, d := range b {
		j := len(a) - len(b) + i
		switch {
		case a[j] == d || d == 1:
		case a[j] == 1:
			out[j] = d
		default:
			misuse("%s of shapes %v and %v", n.Op, n.In[0].Shape, n.In[1].Shape)
		}
	}
	return out
}

// reduceShape never gives rank 0: a full reduction has shape [1].
func reduceShape(n *Node) Shape {
	x := n.In[0].Shape
	if n.Op == Dot && !x.Equal(n.In[1].Shape) {
		misuse("Dot of shapes %v and %v", x, n.In[1].Shape)
	}
	if !slices.IsSorted(n.Attr.Axes) || len(n.Attr.Axes) == 0 {
		misuse("%s over the axes %v", n.Op, n.Attr.Axes)
	}
	out := Shape{}
	for i, d := range x {
		switch {
		case !slices.Contains(n.Attr.Axes, i):
			out = append(out, d)
		case n.Attr.Keep:
			out = append(out, 1)
		}
	}
	if last := n.Attr.Axes[len(n.Attr.Axes)-1]; last >= len(x) {
		misuse("%s of shape %v over axis %d", n.Op, x, last)
	}
	if len(out) == 0 {
		return Shape{1}
	}
	return out
}

func reshapeShape(n *Node) Shape {
	if n.Attr.Shape.Len() != n.In[0].Shape.Len() {
		misuse("Reshape of %v to %v", n.In[0].Shape, n.Attr.Shape)
	}
	return n.Attr.Shape
}

func expandShape(n *Node) Shape {
	from, to := n.In[0].Shape, n.Attr.Shape
	if len(from) != len(to) {
		misuse("Expand of %v to %v: ranks differ", from, to)
	}
	for i, d := range from {
		if d != 1 && d != to[i] {
			misuse("Expand of %v to %v", from, to)
		}
	}
	return to
}

func matMulShape(n *Node) Shape {
	a, b := n.In[0].Shape, n.In[1].Shape
	if len(a) != 2 || len(b) != 2 {
		misuse("MatMul of shapes %v and %v", a, b)
	}
	rows, inner := a[0], a[1]
	if n.Attr.TransA {
		rows, inner = inner, rows
	}
	depth, cols := b[0], b[1]
	if n.Attr.TransB {
		depth, cols = cols, depth
	}
	if inner != depth {
		misuse("MatMul of shapes %v and %v (transposed: %v, %v)", a, b, n.Attr.TransA, n.Attr.TransB)
	}
	return Shape{rows, cols}
}

func oneHotShape(n *Node) Shape {
	x := n.In[0]
	if x.DType != Int || len(x.Shape) != 1 || n.Attr.Depth < 1 {
		misuse("OneHot of %s to %d classes", x, n.Attr.Depth)
	}
	return Shape{x.Shape[0], n.Attr.Depth}
}
