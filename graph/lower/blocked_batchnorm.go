package lower

import (
	"fmt"

	"fbnas/graph"
	"fbnas/onnx"
)

// activationNumbers are the values of the attribute act of our own operators
// (engine/ort/native/batchnorm.h).
var activationNumbers = map[graph.Op]int{"": 0, graph.Relu: 1, graph.HardSwish: 2}

// fused writes one of our own operators and names its three outputs, of which
// the first is a map like x; once for the same inputs.
func (l *lowering) fused(op string, n *graph.Node, in []string) [3]string {
	part := func(i int) string { return fmt.Sprint(op, in, n.Attr.Act, n.Attr.Epsilon, " ", i) }
	l.once(part(0), func() string {
		outputs := []string{l.b.Fresh(op), l.b.Fresh(op), l.b.Fresh(op)}
		l.b.Node(op, in, outputs, onnx.Int("act", activationNumbers[n.Attr.Act]), onnx.Float("epsilon", float32(n.Attr.Epsilon))).In(native)
		l.views[part(1)], l.views[part(2)] = outputs[1], outputs[2]
		return outputs[0]
	})
	return [3]string{l.views[part(0)], l.views[part(1)], l.views[part(2)]}
}

func blockedBatchNorm(l *lowering, n *graph.Node, in []string) {
	l.values[n] = l.fused("BatchNorm", n, in)[0]
}

// statistics are mean and variance [C] of map x: those that a BatchNorm of the
// program finds on its way, "" where there is none.
func (l *lowering) statistics(x *graph.Node) (mean, variance string) {
	norm := l.norms[x]
	if norm == nil {
		return "", ""
	}
	in := make([]string, len(norm.In))
	for i, x := range norm.In {
		in[i] = l.value(x)
	}
	out := l.fused("BatchNorm", norm, in)
	return out[1], out[2]
}

// blockedBatchNormGrad writes all three gradients and takes one of them.
func blockedBatchNormGrad(l *lowering, n *graph.Node, in []string) {
	dy, x, scale, shift := in[0], in[1], in[2], in[3]
	mean, variance := l.statistics(n.In[1])
	if mean == "" {
		forward := l.fused("BatchNorm", n, []string{x, scale, shift})
		mean, variance = forward[1], forward[2]
	}
	l.values[n] = l.fused("BatchNormGrad", n, []string{dy, x, mean, variance, scale, shift})[n.Attr.Of]
}
