package lower

import (
	"fbnas/graph"
	"fbnas/onnx"
)

func convAttrs(n *graph.Node, kernel [2]int) []onnx.Attr {
	a := n.Attr
	return []onnx.Attr{
		onnx.Ints("kernel_shape", kernel[0], kernel[1]),
		onnx.Ints("strides", a.Stride, a.Stride),
		onnx.Ints("pads", a.Pad, a.Pad, a.Pad, a.Pad),
		onnx.Int("group", a.Groups),
	}
}

func stdConv(l *lowering, n *graph.Node, in []string) {
	w := n.In[1].Shape
	l.out(n, "Conv", in, convAttrs(n, [2]int{w[2], w[3]})...)
}

// isPointwise: a 1x1 convolution without stride, padding or groups.
func isPointwise(a graph.Attr, kernel [2]int) bool {
	return a.Stride == 1 && a.Pad == 0 && a.Groups == 1 && kernel == [2]int{1, 1}
}

func stdConvGradX(l *lowering, n *graph.Node, in []string) {
	a, w := n.Attr, n.In[1].Shape
	kernel := [2]int{w[2], w[3]}
	switch {
	case isPointwise(a, kernel):
		back := l.op("Transpose", []string{in[1]}, onnx.Ints("perm", 1, 0, 2, 3))
		l.out(n, "Conv", []string{in[0], back}, onnx.Ints("kernel_shape", 1, 1))
	case a.Groups == n.Shape[1] && w[1] == 1 && w[0] == a.Groups:
		stdDepthwiseGradX(l, n, in)
	default:
		dy := n.In[0].Shape
		var missing [2]int // rows and columns that the stride never read
		for i := range missing {
			missing[i] = a.Size[i] - ((dy[2+i]-1)*a.Stride - 2*a.Pad + kernel[i])
		}
		attrs := append(convAttrs(n, kernel), onnx.Ints("output_padding", missing[0], missing[1]))
		l.out(n, "ConvTranspose", in, attrs...)
	}
}

// stdDepthwiseGradX convolves dy, with zeros inserted for the stride, with the flipped
// kernels: ONNX Runtime's ConvTranspose takes depthwise groups one by one.
func stdDepthwiseGradX(l *lowering, n *graph.Node, in []string) {
	a, dy, w := n.Attr, n.In[0].Shape, n.In[1].Shape
	k := w[2] * w[3]
	reversed := make([]int, k)
	for i := range reversed {
		reversed[i] = k - 1 - i
	}
	flipped := l.op("Gather", []string{l.view(in[1], w[0], k), l.ints(reversed...)}, onnx.Int("axis", 1))
	flipped = l.op("Reshape", []string{flipped, l.ints(w...)})
	z, size := in[0], [2]int{dy[2], dy[3]}
	if a.Stride > 1 {
		z, size = stdSpread(l, in[0], dy, a.Stride)
	}
	var begin, end [2]int
	for i := range 2 {
		begin[i] = w[2+i] - 1 - a.Pad
		end[i] = a.Size[i] - size[i] - begin[i] + w[2+i] - 1
		if end[i] < 0 {
			size[i] += end[i]
			z = stdCrop(l, z, 2+i, size[i])
			end[i] = 0
		}
	}
	l.out(n, "Conv", []string{z, flipped},
		onnx.Ints("kernel_shape", w[2], w[3]), onnx.Int("group", a.Groups),
		onnx.Ints("pads", begin[0], begin[1], end[0], end[1]))
}

// stdSpread inserts stride-1 zeros after each row and column.
func stdSpread(l *lowering, x string, s graph.Shape, stride int) (string, [2]int) {
	v := l.op("Reshape", []string{x, l.ints(s[0]*s[1], s[2], 1, s[3], 1)})
	v = l.op("Pad", []string{v, l.ints(0, 0, 0, 0, 0, 0, 0, stride-1, 0, stride-1)})
	size := [2]int{s[2] * stride, s[3] * stride}
	return l.op("Reshape", []string{v, l.ints(s[0], s[1], size[0], size[1])}), size
}

// stdCrop keeps the first `size` elements of an axis.
func stdCrop(l *lowering, x string, axis, size int) string {
	return l.op("Slice", []string{x, l.ints(0), l.ints(size), l.ints(axis)})
}

func stdConvGradW(l *lowering, n *graph.Node, in []string) {
	a, x, dy := n.Attr, n.In[0].Shape, n.In[1].Shape
	switch {
	case isPointwise(a, a.Size):
		stdPointwiseGradW(l, n, in)
	case a.Groups == x[1] && a.Groups == dy[1]:
		stdDepthwiseGradW(l, n, in)
	case a.Groups == 1:
		dw := stdDenseGradW(l, n, in[0], in[1])
		l.out(n, "Transpose", []string{dw}, onnx.Ints("perm", 1, 0, 2, 3))
	default:
		var parts []string
		for g := range a.Groups {
			part := stdDenseGradW(l, n,
				stdGroup(l, in[0], g, x[1]/a.Groups), stdGroup(l, in[1], g, dy[1]/a.Groups))
			parts = append(parts, part)
		}
		dw := l.op("Concat", parts, onnx.Int("axis", 1))
		l.out(n, "Transpose", []string{dw}, onnx.Ints("perm", 1, 0, 2, 3))
	}
}

// stdGroup takes the channels of group g.
func stdGroup(l *lowering, x string, g, channels int) string {
	return l.op("Slice", []string{x, l.ints(g * channels), l.ints((g + 1) * channels), l.ints(1)})
}

// stdPointwiseGradW is a matrix product for each image, summed over images.
func stdPointwiseGradW(l *lowering, n *graph.Node, in []string) {
	x, dy := n.In[0].Shape, n.In[1].Shape
	plane := x[2] * x[3]
	if plane == 1 {
		dw := l.op("Gemm", []string{l.view(in[1], dy[0], dy[1]), l.view(in[0], x[0], x[1])}, onnx.Int("transA", 1))
		l.out(n, "Reshape", []string{dw, l.ints(n.Shape...)})
		return
	}
	rows := l.op("Transpose", []string{l.view(in[0], x[0], x[1], plane)}, onnx.Ints("perm", 0, 2, 1))
	dw := l.op("MatMul", []string{l.view(in[1], dy[0], dy[1], plane), rows})
	dw = l.op("ReduceSum", []string{dw, l.ints(0)}, onnx.Int("keepdims", 0))
	l.out(n, "Reshape", []string{dw, l.ints(n.Shape...)})
}

// stdDepthwiseGradW is one grouped convolution of x by dy, a group for each
// channel of each image, dilated by the stride; then a sum over images.
func stdDepthwiseGradW(l *lowering, n *graph.Node, in []string) {
	x, dy := n.In[0].Shape, n.In[1].Shape
	planes := x[0] * x[1]
	image := l.view(in[0], 1, planes, x[2], x[3])
	kernel := l.view(in[1], planes, 1, dy[2], dy[3])
	dw := stdCorrelate(l, n, image, kernel, planes)
	dw = l.op("ReduceSum", []string{l.view(dw, x[0], n.Shape.Len()), l.ints(0)}, onnx.Int("keepdims", 0))
	l.out(n, "Reshape", []string{dw, l.ints(n.Shape...)})
}

// stdDenseGradW exchanges images and channels: x [I,N,H,W] convolved by dy
// [O,N,h,w], dilated by the stride, is dw as [I,O,k,k].
func stdDenseGradW(l *lowering, n *graph.Node, x, dy string) string {
	swap := onnx.Ints("perm", 1, 0, 2, 3)
	return stdCorrelate(l, n, l.op("Transpose", []string{x}, swap), l.op("Transpose", []string{dy}, swap), 1)
}

// stdCorrelate convolves image by kernel (a gradient dy of n's map) so that
// the result has n's kernel size. Pixels that the stride never read are cropped.
func stdCorrelate(l *lowering, n *graph.Node, image, kernel string, groups int) string {
	a, x, dy := n.Attr, n.In[0].Shape, n.In[1].Shape
	var end [2]int
	for i := range 2 {
		end[i] = a.Size[i] + a.Stride*(dy[2+i]-1) - x[2+i] - a.Pad
		if end[i] < 0 {
			image = stdCrop(l, image, 2+i, x[2+i]+end[i])
			end[i] = 0
		}
	}
	return l.op("Conv", []string{image, kernel},
		onnx.Ints("kernel_shape", dy[2], dy[3]), onnx.Int("group", groups),
		onnx.Ints("dilations", a.Stride, a.Stride),
		onnx.Ints("pads", a.Pad, a.Pad, end[0], end[1]))
}
