package lower

import (
	"slices"

	"fbnas/graph"
	"fbnas/onnx"
)

// blockedAffine is one pass, whatever the shapes of scale and shift are.
func blockedAffine(l *lowering, n *graph.Node, in []string) {
	s := n.Shape
	var a affine
	if !isConst(n.In[2], 0) {
		a.shift = l.spread(in[2], s[1], s[0])
	}
	if len(in) == 4 {
		a.sum = in[3]
	}
	a.scale = l.spread(in[1], s[1], s[0])
	l.values[n] = l.scaled(in[0], s, a)
}

// blockedMul by a gate [N,C,1,1] is the pass of an Affine.
func blockedMul(l *lowering, n *graph.Node, in []string) {
	for i, gate := range n.In {
		x := n.In[1-i]
		if s := x.Shape; x.Map && gate.Map && !s.Equal(gate.Shape) && gate.Shape.Equal(graph.Shape{s[0], s[1], 1, 1}) {
			l.values[n] = l.scaled(in[1-i], s, affine{scale: in[i]})
			return
		}
	}
	blockedBinary("Mul")(l, n, in)
}

// blockedBinary: maps of one shape, and a map and a number, need no conversion;
// any other two maps are broadcast in blocks.
func blockedBinary(op string) emitter {
	return func(l *lowering, n *graph.Node, in []string) {
		a, b, s := n.In[0], n.In[1], n.Shape
		if !a.Map || !b.Map || a.Shape.Equal(b.Shape) {
			l.values[n] = l.op(op, in)
			return
		}
		y := l.op(op, []string{l.blocks(in[0], a.Shape), l.blocks(in[1], b.Shape)})
		l.values[n] = l.image(y, s, s[1], s[0]/l.block, s[2], s[3], l.block)
	}
}

// blockedHardSwishSlope is stdHardSwishSlope in four passes.
func blockedHardSwishSlope(l *lowering, n *graph.Node, in []string) {
	s := n.Shape
	t := l.scaled(in[0], s, affine{scale: l.filled(1.0/3, s)}, onnx.String("activation", "Clip"), onnx.Floats("activation_params", -1, 1))
	q := l.op("Cast", []string{t}, onnx.Int("to", int(onnx.Int32)))
	q = l.op("Cast", []string{q}, onnx.Int("to", int(onnx.Float32)))
	l.values[n] = l.scaled(q, s, affine{l.filled(-0.5, s), l.filled(0.5, s), t})
}

func blockedShuffle(l *lowering, n *graph.Node, in []string) {
	s, groups := n.Shape, n.Attr.Groups
	v := l.view(in[0], groups, s[1]/groups, s[0]*s[2]*s[3])
	v = l.op("Transpose", []string{v}, onnx.Ints("perm", 1, 0, 2))
	l.values[n] = l.image(v, s, s[1]/groups, groups, s[0]*s[2]*s[3])
}

// blockedExpand: gates [N,C,1,1], vectors [1,C,1,1] and numbers.
func blockedExpand(l *lowering, n *graph.Node, in []string) {
	x, s := n.In[0], n.Shape
	switch {
	case n.Map && x.Map && x.Shape.Equal(graph.Shape{s[0], s[1], 1, 1}):
		shape := []int{s[1] * s[0] / l.block, s[2] * s[3], l.block}
		gate := l.view(in[0], shape[0], 1, l.block)
		l.values[n] = l.image(l.op("Expand", []string{gate, l.ints(shape...)}), s, shape...)
	case n.Map && !x.Map && x.Shape.Len() == 1:
		l.values[n] = l.op("Expand", []string{in[0], l.ints(1, s[1]*s[0], s[2], s[3])})
	case n.Map && !x.Map && x.Shape.Equal(graph.Shape{1, s[1], 1, 1}):
		shape := []int{s[1], s[0] * s[2] * s[3]}
		v := l.op("Expand", []string{l.view(in[0], s[1], 1), l.ints(shape...)})
		l.values[n] = l.image(v, s, shape...)
	default:
		unblocked(stdExpand)(l, n, in)
	}
}

// pooled is the mean of each channel of each image, [1, C*N, 1, 1].
func (l *lowering) pooled(x string, s graph.Shape) string {
	if s[2]*s[3] == 1 {
		return x
	}
	y := l.b.Fresh("GlobalAveragePool")
	l.b.Node("GlobalAveragePool", []string{l.lines(x, s)}, []string{y}).In(nchwc)
	return y
}

// products is the dot product of each channel of each image, [1, C*N, 1, 1]:
// b is the kernel.
func (l *lowering) products(a, b string, s graph.Shape) string {
	planes, pixels := s[1]*s[0], s[2]*s[3]
	return l.depthwise(planes, window{kernel: [2]int{1, pixels}}, l.lines(a, s), []string{l.view(b, planes, 1, 1, pixels)})
}

func blockedSum(l *lowering, n *graph.Node, in []string) {
	s := n.In[0].Shape
	l.reduced(n, in, planewise{func() string { return l.pooled(in[0], s) }, float64(s[2] * s[3]), "ReduceSum", reduce("ReduceSum")})
}

func blockedMean(l *lowering, n *graph.Node, in []string) {
	s := n.In[0].Shape
	l.reduced(n, in, planewise{func() string { return l.pooled(in[0], s) }, 1, "ReduceMean", stdMean})
}

func blockedDot(l *lowering, n *graph.Node, in []string) {
	s := n.In[0].Shape
	l.reduced(n, in, planewise{func() string { return l.products(in[0], in[1], s) }, 1, "ReduceSum", stdDot})
}

// planewise says how a reduction of maps is made from one of each plane.
type planewise struct {
	planes func() string // writes what gives [1, C*N, 1, 1]
	factor float64       // that it is multiplied by
	over   string        // the operator that reduces over images too, where the axes ask for it
	other  emitter       // for other axes
}

// reduced writes a reduction of maps.
func (l *lowering) reduced(n *graph.Node, in []string, p planewise) {
	s, axes := n.In[0].Shape, n.Attr.Axes
	times := func(v string) string {
		if p.factor == 1 {
			return v
		}
		return l.op("Mul", []string{v, l.scalar(p.factor)})
	}
	switch {
	case slices.Equal(axes, []int{0, 2, 3}) && !n.Attr.Keep:
		l.out(n, "Reshape", []string{times(l.overImages(p.over, p.planes(), s)), l.ints(s[1])})
	case slices.Equal(axes, []int{2, 3}) && n.Attr.Keep:
		l.values[n] = times(p.planes())
	case slices.Equal(axes, []int{2, 3}):
		l.out(n, "Transpose", []string{l.view(times(p.planes()), s[1], s[0])}, onnx.Ints("perm", 1, 0))
	default:
		unblocked(p.other)(l, n, in)
	}
}

// overImages reduces [C,N] to [C,1].
func (l *lowering) overImages(op, planes string, s graph.Shape) string {
	v := l.view(planes, s[1], s[0])
	if op == "ReduceSum" {
		return l.op(op, []string{v, l.ints(1)}, onnx.Int("keepdims", 1))
	}
	return l.op(op, []string{v}, onnx.Ints("axes", 1), onnx.Int("keepdims", 1))
}

// blockedVar is the mean of squares minus the square of the mean: one pass,
// while stdVar's two are exact however far the mean is from zero. Squares are
// summed for each channel of each image first, which keeps the error relative
// to the variance near 1e-7 (1 + mean²/var)
// (docs/background/gradients.md, "How exact they are").
func blockedVar(l *lowering, n *graph.Node, in []string) {
	s := n.In[0].Shape
	squares := l.overImages("ReduceSum", l.products(in[0], in[0], s), s)
	squares = l.op("Mul", []string{squares, l.scalar(1 / float64(s[0]*s[2]*s[3]))})
	mean := l.view(in[1], s[1], 1)
	variance := l.op("Sub", []string{squares, l.op("Mul", []string{mean, mean})})
	l.out(n, "Reshape", []string{l.op("Relu", []string{variance}), l.ints(s[1])})
}
