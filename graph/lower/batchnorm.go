package lower

import (
	"fmt"

	"fbnas/graph"
	"fbnas/onnx"
)

// stdNormalise applies statistics [C] to a map: ONNX's BatchNormalization, whose
// inputs are the map, scale, shift, mean and variance.
func stdNormalise(l *lowering, n *graph.Node, in ...string) string {
	return l.op("BatchNormalization", in, onnx.Float("epsilon", float32(n.Attr.Epsilon)))
}

// stdStatistics are mean and variance [C] of map x, the nodes Mean and Var.
func stdStatistics(l *lowering, x string, channels int) (mean, variance string) {
	average := func(v string) string {
		in, attrs := l.reduction("ReduceMean", v, []int{0, 2, 3}, false)
		return l.op("ReduceMean", in, attrs...)
	}
	mean = l.once(fmt.Sprint(x, " mean"), func() string { return average(x) })
	variance = l.once(fmt.Sprint(x, " variance"), func() string {
		centred := l.op("Sub", []string{x, l.view(mean, channels, 1, 1)})
		return average(l.op("Mul", []string{centred, centred}))
	})
	return mean, variance
}

func stdBatchNorm(l *lowering, n *graph.Node, in []string) {
	mean, variance := stdStatistics(l, in[0], n.Shape[1])
	y := stdNormalise(l, n, in[0], in[1], in[2], mean, variance)
	if n.Attr.Act != "" {
		op, args := l.activation(n.Attr.Act, y)
		y = l.op(op, args)
	}
	if len(in) == 4 {
		y = l.op("Add", []string{y, in[3]})
	}
	l.values[n] = y
}

// stdBatchNormSums are shared by the gradients from (dy, x, scale, shift):
// the normalised map, the gradient d before the activation, and the sums over
// channels of d and of d times the normalised map.
func stdBatchNormSums(l *lowering, n *graph.Node, in []string) (normed, d, dscale, dshift string) {
	channels := n.In[1].Shape[1]
	part := func(what string, write func() string) string {
		return l.once(fmt.Sprint(in, n.Attr.Act, n.Attr.Epsilon, what), write)
	}
	mean, variance := stdStatistics(l, in[1], channels)
	normed = part("normed", func() string {
		ones, zeros := filledVector(l, 1, channels), filledVector(l, 0, channels)
		return stdNormalise(l, n, in[1], ones, zeros, mean, variance)
	})
	d = part("d", func() string {
		slope, ok := stdSlopes[n.Attr.Act]
		if !ok {
			return in[0]
		}
		return l.op("Mul", []string{in[0], slope(l, stdNormalise(l, n, in[1], in[2], in[3], mean, variance))})
	})
	sum := func(v string) string {
		return l.op("ReduceSum", []string{v, l.ints(0, 2, 3)}, onnx.Int("keepdims", 0))
	}
	dscale = part("dscale", func() string { return sum(l.op("Mul", []string{d, normed})) })
	dshift = part("dshift", func() string { return sum(d) })
	return normed, d, dscale, dshift
}

// stdSlopes are the derivatives of the activations of Attr.Act.
var stdSlopes = map[graph.Op]func(l *lowering, u string) string{
	graph.Relu: func(l *lowering, u string) string {
		return l.op("HardSigmoid", []string{u}, step...)
	},
	graph.HardSwish: hardSwishSlope,
}

func filledVector(l *lowering, v float64, n int) string {
	data := make([]float32, n)
	for i := range data {
		data[i] = float32(v)
	}
	return l.b.Const(onnx.Vector("", data...))
}

// stdBatchNormGrad: the gradient to x is
// scale/sqrt(var+eps) * (d - mean(d) - normed*mean(d*normed)).
func stdBatchNormGrad(l *lowering, n *graph.Node, in []string) {
	normed, d, dscale, dshift := stdBatchNormSums(l, n, in)
	if n.Attr.Of > 0 {
		l.values[n] = []string{dscale, dshift}[n.Attr.Of-1]
		return
	}
	s := n.Shape
	channels := s[1]
	_, variance := stdStatistics(l, in[1], channels)
	inverse := l.op("Reciprocal", []string{l.op("Sqrt", []string{l.op("Add", []string{variance, l.scalar(n.Attr.Epsilon)})})})
	share := l.scalar(1 / float64(s[0]*s[2]*s[3]))
	mean := func(sum string) string { return l.view(l.op("Mul", []string{sum, share}), channels, 1, 1) }
	d = l.op("Sub", []string{d, mean(dshift)})
	d = l.op("Sub", []string{d, l.op("Mul", []string{normed, mean(dscale)})})
	l.out(n, "Mul", []string{d, l.view(l.op("Mul", []string{in[2], inverse}), channels, 1, 1)})
}
