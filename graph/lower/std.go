package lower

import (
	"fbnas/graph"
	"fbnas/onnx"
)

// same writes the ONNX operator that takes the same inputs.
func same(op string, attrs ...onnx.Attr) emitter {
	return func(l *lowering, n *graph.Node, in []string) { l.out(n, op, in, attrs...) }
}

func flag(name string, on bool) onnx.Attr {
	if on {
		return onnx.Int(name, 1)
	}
	return onnx.Int(name, 0)
}

// hardSigmoid is that of networks; ONNX's default slope is 0.2.
var hardSigmoid = []onnx.Attr{onnx.Float("alpha", 1.0/6), onnx.Float("beta", 0.5)}

// activation gives the operator that ends an activation of x, and its inputs.
// HardSwish is one operator since opset 14; before that, HardSigmoid and Mul are
// equally fast in ONNX Runtime, while Add, Clip, Mul, Mul are not
// (docs/background/runtime.md, "What its inference kernels like").
func (l *lowering) activation(act graph.Op, x string) (op string, in []string) {
	if act == graph.HardSwish && l.opset < 14 {
		return "Mul", []string{x, l.op("HardSigmoid", []string{x}, hardSigmoid...)}
	}
	return string(act), []string{x}
}

func stdActivation(l *lowering, n *graph.Node, in []string) {
	op, args := l.activation(n.Op, in[0])
	l.out(n, op, args)
}

// number is a constant without dimensions.
func (l *lowering) number(v float64) string { return l.b.Const(onnx.Scalar("", float32(v))) }

func stdClip(l *lowering, n *graph.Node, in []string) {
	l.out(n, "Clip", []string{in[0], l.number(n.Attr.Lo), l.number(n.Attr.Hi)})
}

func stdAffine(l *lowering, n *graph.Node, in []string) {
	vector := func(i int) string { return l.view(in[i], n.Shape[1], 1, 1) }
	type pass struct{ op, with string }
	var passes []pass
	if !isConst(n.In[1], 1) {
		passes = append(passes, pass{"Mul", vector(1)})
	}
	if !isConst(n.In[2], 0) || len(passes) == 0 {
		passes = append(passes, pass{"Add", vector(2)})
	}
	if len(in) == 4 {
		passes = append(passes, pass{"Add", in[3]})
	}
	value, last := in[0], len(passes)-1
	for _, p := range passes[:last] {
		value = l.op(p.op, []string{value, p.with})
	}
	l.out(n, passes[last].op, []string{value, passes[last].with})
}

// isConst reports whether n is a literal with every element v.
func isConst(n *graph.Node, v float64) bool {
	if n.Op != graph.Const {
		return false
	}
	for _, x := range n.Data {
		if x != v {
			return false
		}
	}
	return true
}

// stdVar takes two passes, which keeps its precision however far the mean is
// from zero.
func stdVar(l *lowering, n *graph.Node, in []string) {
	centred := l.op("Sub", []string{in[0], l.view(in[1], n.Shape[0], 1, 1)})
	squares := l.op("Mul", []string{centred, centred})
	from, attrs := l.reduction("ReduceMean", squares, []int{0, 2, 3}, false)
	l.out(n, "ReduceMean", from, attrs...)
}

func stdShuffle(l *lowering, n *graph.Node, in []string) {
	s, groups := n.Shape, n.Attr.Groups
	v := l.op("Reshape", []string{in[0], l.target(s[0], groups, s[1]/groups, s[2], s[3])})
	v = l.op("Transpose", []string{v}, onnx.Ints("perm", 0, 2, 1, 3, 4))
	l.out(n, "Reshape", []string{v, l.target(s...)})
}

// stdHardSwishSlope: with t = x/3 limited to [-1,1], truncation gives -1 or 1
// exactly where t saturates, and t - trunc(t)/2 + 1/2 is the slope
// (docs/background/gradients.md, "Activations as other operators").
func stdHardSwishSlope(l *lowering, n *graph.Node, in []string) {
	l.values[n] = hardSwishSlope(l, in[0])
}

func hardSwishSlope(l *lowering, u string) string {
	t := l.op("Mul", []string{u, l.scalar(1.0 / 3)})
	t = l.op("Clip", []string{t, l.number(-1), l.number(1)})
	q := l.op("Cast", []string{t}, onnx.Int("to", int(onnx.Int32)))
	q = l.op("Cast", []string{q}, onnx.Int("to", int(onnx.Float32)))
	q = l.op("Sub", []string{l.scalar(0.5), l.op("Mul", []string{q, l.scalar(0.5)})})
	return l.op("Add", []string{t, q})
}

// axesAreInput is the opset since which a reduction's axes are its second
// input; before, they are an attribute.
var axesAreInput = map[string]int{"ReduceSum": 13, "ReduceMean": 18, "ReduceMax": 18}

// reduction gives the inputs and attributes of a reduction of x.
func (l *lowering) reduction(op, x string, axes []int, keep bool) ([]string, []onnx.Attr) {
	kept := flag("keepdims", keep)
	if l.opset >= axesAreInput[op] {
		return []string{x, l.ints(axes...)}, []onnx.Attr{kept}
	}
	return []string{x}, []onnx.Attr{onnx.Ints("axes", axes...), kept}
}

func stdReduce(l *lowering, n *graph.Node, op, x string) {
	in, attrs := l.reduction(op, x, n.Attr.Axes, n.Attr.Keep)
	if full := len(n.Attr.Axes) == len(n.In[0].Shape) && !n.Attr.Keep; full {
		// ONNX gives a tensor without dimensions; ours have shape [1].
		l.out(n, "Reshape", []string{l.op(op, in, attrs...), l.ints(1)})
		return
	}
	l.out(n, op, in, attrs...)
}

func reduce(op string) emitter {
	return func(l *lowering, n *graph.Node, in []string) { stdReduce(l, n, op, in[0]) }
}

func stdMean(l *lowering, n *graph.Node, in []string) {
	axes := n.Attr.Axes
	if pool := n.In[0].Map && len(axes) == 2 && axes[0] == 2 && n.Attr.Keep; pool {
		l.out(n, "GlobalAveragePool", in)
		return
	}
	stdReduce(l, n, "ReduceMean", in[0])
}

func stdDot(l *lowering, n *graph.Node, in []string) {
	stdReduce(l, n, "ReduceSum", l.op("Mul", in))
}

func stdReshape(l *lowering, n *graph.Node, in []string) {
	l.out(n, "Reshape", []string{in[0], l.target(n.Shape...)})
}

func stdExpand(l *lowering, n *graph.Node, in []string) {
	l.out(n, "Expand", []string{in[0], l.ints(n.Shape...)})
}

func stdMatMul(l *lowering, n *graph.Node, in []string) {
	l.out(n, "Gemm", in, flag("transA", n.Attr.TransA), flag("transB", n.Attr.TransB))
}

func stdOneHot(l *lowering, n *graph.Node, in []string) {
	classes := make([]int64, n.Attr.Depth)
	for i := range classes {
		classes[i] = int64(i)
	}
	equal := l.op("Equal", []string{l.view(in[0], n.Shape[0], 1), l.b.Const(onnx.Vector("", classes...))})
	l.out(n, "Cast", []string{equal}, onnx.Int("to", int(onnx.Float32)))
}
