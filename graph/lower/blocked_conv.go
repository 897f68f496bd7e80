package lower

import (
	"fmt"
	"slices"

	"fbnas/graph"
	"fbnas/onnx"
)

// convolution is the geometry of y = x * w, whichever of the three a node
// computes.
type convolution struct {
	x, w, y             graph.Shape
	stride, pad, groups int
}

func convolutionOf(n *graph.Node) convolution {
	c := convolution{stride: n.Attr.Stride, pad: n.Attr.Pad, groups: n.Attr.Groups}
	switch n.Op {
	case graph.ConvGradX:
		c.x, c.w, c.y = n.Shape, n.In[1].Shape, n.In[0].Shape
	case graph.ConvGradW:
		c.x, c.w, c.y = n.In[0].Shape, n.Shape, n.In[1].Shape
	default:
		c.x, c.w, c.y = n.In[0].Shape, n.In[1].Shape, n.Shape
	}
	return c
}

type convEmitter func(l *lowering, n *graph.Node, in []string, c convolution)

type convKind struct {
	takes              func(c convolution) bool
	conv, gradX, gradW convEmitter
}

// convKinds: the first row that accepts a convolution writes it and its
// gradients; the last row accepts all.
var convKinds = []convKind{
	{func(c convolution) bool { return c.groups == c.x[1] && c.groups == c.y[1] },
		depthwiseConv, depthwiseGradX, depthwiseGradW},
	{func(c convolution) bool { return c.w[2]*c.w[3] == 1 && c.pad == 0 },
		pointwiseConv, pointwiseGradX, pointwiseGradW},
	{func(c convolution) bool { return c.groups == 1 },
		denseConv, stdConvIn(stdConvGradX), denseGradW},
	{func(convolution) bool { return true },
		stdConvIn(stdConv), stdConvIn(stdConvGradX), stdConvIn(stdConvGradW)},
}

func stdConvIn(e emitter) convEmitter {
	return func(l *lowering, n *graph.Node, in []string, _ convolution) { unblocked(e)(l, n, in) }
}

// blockedConvolution writes a convolution or a gradient by its kind.
func blockedConvolution(pick func(kind *convKind) convEmitter) emitter {
	return func(l *lowering, n *graph.Node, in []string) {
		c := convolutionOf(n)
		i := slices.IndexFunc(convKinds, func(k convKind) bool { return k.takes(c) })
		pick(&convKinds[i])(l, n, in, c)
	}
}

func depthwiseConv(l *lowering, n *graph.Node, in []string, c convolution) {
	args := []string{l.kernels(in[1], c, false)}
	if len(in) == 3 {
		args = append(args, l.view(l.spread(in[2], c.y[1], c.y[0]), c.y[1]*c.y[0]))
	}
	p := [2]int{c.pad, c.pad}
	w := window{kernel: [2]int{c.w[2], c.w[3]}, begin: p, end: p, stride: c.stride}
	l.values[n] = l.depthwise(c.x[1]*c.x[0], w, in[0], args)
}

// kernels repeats depthwise weights [C,1,kh,kw] for each image, as a weight
// [C*N,1,kh,kw] in blocks; flipped for the gradient.
func (l *lowering) kernels(w string, c convolution, flipped bool) string {
	channels, images, taps := c.w[0], c.x[0], c.w[2]*c.w[3]
	if flipped {
		reversed := make([]int, taps)
		for i := range reversed {
			reversed[i] = taps - 1 - i
		}
		w = l.op("Gather", []string{l.view(w, channels, taps), l.ints(reversed...)}, onnx.Int("axis", 1))
	}
	v := l.op("Expand", []string{l.view(w, channels, 1, taps, 1), l.ints(channels, images/l.block, taps, l.block)})
	return l.view(v, channels*images, 1, c.w[2], c.w[3])
}

// depthwiseGradX convolves dy, with zeros inserted for the stride, with flipped kernels.
func depthwiseGradX(l *lowering, n *graph.Node, in []string, c convolution) {
	z, size := in[0], [2]int{c.y[2], c.y[3]}
	w := window{kernel: [2]int{c.w[2], c.w[3]}}
	for i := range 2 {
		w.begin[i] = w.kernel[i] - 1 - c.pad
		size[i] = min(size[i]*c.stride, c.x[2+i]+c.pad)
		w.end[i] = c.x[2+i] - size[i] - w.begin[i] + w.kernel[i] - 1
	}
	z = l.spaced(z, c.y, c.stride, size)
	l.values[n] = l.depthwise(c.x[1]*c.x[0], w, z, []string{l.kernels(in[1], c, true)})
}

// spaced inserts stride-1 zeros after each row and column of map x of shape s
// and keeps the first pixels of the result, at most stride times as many.
func (l *lowering) spaced(x string, s graph.Shape, stride int, size [2]int) string {
	planes := s[1] * s[0] / l.block
	if stride > 1 {
		v := l.view(x, planes, s[2], 1, s[3], l.block)
		v = l.op("Pad", []string{v, l.ints(0, 0, 0, 0, 0, 0, 0, stride-1, 0, (stride-1)*l.block)})
		x = l.view(v, 1, s[1]*s[0], s[2]*stride, s[3]*stride)
	}
	return l.cropped(x, graph.Shape{s[0], s[1], s[2] * stride, s[3] * stride}, size)
}

// cropped keeps the first rows and columns of a map.
func (l *lowering) cropped(x string, s graph.Shape, size [2]int) string {
	if size == [2]int{s[2], s[3]} {
		return x
	}
	v := l.view(x, s[1]*s[0]/l.block, s[2], s[3], l.block)
	v = l.op("Slice", []string{v, l.ints(0, 0), l.ints(size[0], size[1]), l.ints(1, 2)})
	return l.view(v, 1, s[1]*s[0], size[0], size[1])
}

// depthwiseGradW convolves x by dy, dilated by the stride, and sums over
// images. Pixels that the stride never read are cropped.
func depthwiseGradW(l *lowering, n *graph.Node, in []string, c convolution) {
	channels, images, taps := c.w[0], c.x[0], c.w[2]*c.w[3]
	w := window{kernel: [2]int{c.y[2], c.y[3]}, begin: [2]int{c.pad, c.pad}, dilation: c.stride}
	size := [2]int{c.x[2], c.x[3]}
	for i := range 2 {
		read := c.w[2+i] + c.stride*(c.y[2+i]-1) - c.pad
		size[i] = min(size[i], read)
		w.end[i] = read - size[i]
	}
	x := l.cropped(in[0], c.x, size)
	dw := l.depthwise(channels*images, w, x, []string{l.view(in[1], channels*images, 1, c.y[2], c.y[3])})
	dw = l.op("ReduceSum", []string{l.view(dw, channels, images/l.block, taps, l.block), l.ints(1, 3)}, onnx.Int("keepdims", 0))
	l.out(n, "Reshape", []string{dw, l.ints(n.Shape...)})
}

// pointwiseConv is a matrix product, a batch of them with groups.
func pointwiseConv(l *lowering, n *graph.Node, in []string, c convolution) {
	w := l.view(in[1], matrix(c.groups, c.w[0], c.w[1])...)
	x := l.view(l.sampled(in[0], c), matrix(c.groups, c.x[1], c.y[0]*c.y[2]*c.y[3])...)
	l.product(n, l.op("MatMul", []string{w, x}), in[2:], c)
}

// matrix is the shape of a matrix rows x columns that is split between groups.
func matrix(groups, rows, columns int) []int {
	if groups == 1 {
		return []int{rows, columns}
	}
	return []int{groups, rows / groups, columns}
}

// product ends a convolution that is a matrix product: rows are channels.
func (l *lowering) product(n *graph.Node, y string, bias []string, c convolution) {
	shape := matrix(c.groups, c.y[1], c.y[0]*c.y[2]*c.y[3])
	if len(bias) == 1 {
		y = l.op("Add", []string{y, l.view(bias[0], matrix(c.groups, c.y[1], 1)...)})
	}
	l.values[n] = l.image(y, c.y, shape...)
}

// sampled is the part of x that a strided 1x1 convolution reads.
func (l *lowering) sampled(x string, c convolution) string {
	if c.stride == 1 {
		return x
	}
	return l.once(fmt.Sprint(x, "sampled", c.stride), func() string {
		ones := l.view(l.filled(1, c.x), c.x[1]*c.x[0], 1, 1, 1)
		return l.depthwise(c.x[1]*c.x[0], window{stride: c.stride}, x, []string{ones})
	})
}

func pointwiseGradX(l *lowering, n *graph.Node, in []string, c convolution) {
	w := l.view(in[1], matrix(c.groups, c.w[0], c.w[1])...)
	dy := l.view(in[0], matrix(c.groups, c.y[1], c.y[0]*c.y[2]*c.y[3])...)
	dx := ""
	if c.groups == 1 {
		dx = l.op("Gemm", []string{w, dy}, onnx.Int("transA", 1))
	} else {
		w = l.op("Transpose", []string{w}, onnx.Ints("perm", 0, 2, 1))
		dx = l.op("MatMul", []string{w, dy})
	}
	small := graph.Shape{c.x[0], c.x[1], c.y[2], c.y[3]}
	dx = l.image(dx, small, matrix(c.groups, c.x[1], c.y[0]*c.y[2]*c.y[3])...)
	l.values[n] = l.spaced(dx, small, c.stride, [2]int{c.x[2], c.x[3]})
}

func pointwiseGradW(l *lowering, n *graph.Node, in []string, c convolution) {
	x := l.rows(l.sampled(in[0], c), graph.Shape{c.x[0], c.x[1], c.y[2], c.y[3]})
	dy := l.rows(in[1], c.y)
	var parts []string
	for g := range c.groups {
		part := []string{l.group(dy, g, c.y[1], c.groups), l.group(x, g, c.x[1], c.groups)}
		parts = append(parts, l.op("Gemm", part, onnx.Int("transB", 1)))
	}
	dw := parts[0]
	if c.groups > 1 {
		dw = l.op("Concat", parts, onnx.Int("axis", 0))
	}
	l.out(n, "Reshape", []string{dw, l.ints(n.Shape...)})
}

// group takes the rows of group g.
func (l *lowering) group(x string, g, rows, groups int) string {
	if groups == 1 {
		return x
	}
	rows /= groups
	return l.op("Slice", []string{x, l.ints(g * rows), l.ints((g + 1) * rows), l.ints(0)})
}

// denseConv is one matrix product with the columns that the kernel reads. They
// take kh*kw times the memory of x, which is small: such convolutions
// read the images.
func denseConv(l *lowering, n *graph.Node, in []string, c convolution) {
	w := l.op("Transpose", []string{l.view(in[1], c.w[0], c.w[1], c.w[2]*c.w[3])}, onnx.Ints("perm", 0, 2, 1))
	y := l.op("MatMul", []string{l.view(w, c.w[0], c.w[1]*c.w[2]*c.w[3]), l.columns(in[0], c)})
	l.product(n, y, in[2:], c)
}

// columns is x at every tap of the kernel: [kh*kw*C, N*H'*W'].
func (l *lowering) columns(x string, c convolution) string {
	return l.once(fmt.Sprint(x, "columns", c.w[2:], c.stride, c.pad), func() string {
		v := l.blocks(x, c.x)
		if c.pad > 0 {
			v = l.op("Pad", []string{v, l.ints(0, 0, c.pad, c.pad, 0, 0, 0, c.pad, c.pad, 0)})
		}
		reach := func(tap, outputs int) int { return tap + c.stride*(outputs-1) + 1 }
		var taps []string
		for i := range c.w[2] {
			for j := range c.w[3] {
				taps = append(taps, l.op("Slice", []string{v, l.ints(i, j),
					l.ints(reach(i, c.y[2]), reach(j, c.y[3])), l.ints(2, 3), l.ints(c.stride, c.stride)}))
			}
		}
		all := l.op("Concat", taps, onnx.Int("axis", 0))
		return l.view(all, len(taps)*c.x[1], c.y[0]*c.y[2]*c.y[3])
	})
}

func denseGradW(l *lowering, n *graph.Node, in []string, c convolution) {
	dw := l.op("Gemm", []string{l.rows(in[1], c.y), l.columns(in[0], c)}, onnx.Int("transB", 1))
	dw = l.op("Transpose", []string{l.view(dw, c.w[0], c.w[2]*c.w[3], c.w[1])}, onnx.Ints("perm", 0, 2, 1))
	l.out(n, "Reshape", []string{dw, l.ints(n.Shape...)})
}
