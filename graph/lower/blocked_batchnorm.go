package lower

import (
	"fmt"
	"slices"

	"fbnas/graph"
	"fbnas/onnx"
)

// activationNumbers are the values of the attribute act of our own operators
// (engine/ort/native/batchnorm.h).
var activationNumbers = map[graph.Op]int{"": 0, graph.Relu: 1, graph.HardSwish: 2}

// native writes one of our own operators with this number of outputs; only once
// for the same inputs and attributes.
func (l *lowering) native(op string, outputs int, in []string, attrs ...onnx.Attr) []string {
	key := func(i int) string { return fmt.Sprint(op, in, attrs, i) }
	l.once(key(0), func() string {
		names := make([]string, outputs)
		for i := range names {
			names[i] = l.b.Fresh(op)
			l.views[key(i)] = names[i]
		}
		l.b.Node(op, in, names, attrs...).In(nativeDomain)
		return names[0]
	})
	names := make([]string, outputs)
	for i := range names {
		names[i] = l.views[key(i)]
	}
	return names
}

func normAttrs(n *graph.Node) []onnx.Attr {
	return []onnx.Attr{onnx.Int("act", activationNumbers[n.Attr.Act]), onnx.Float("epsilon", float32(n.Attr.Epsilon))}
}

func blockedBatchNorm(l *lowering, n *graph.Node, _ []string) { l.values[n] = l.batchNorm(n)[0] }

// fuseMoments takes the moments of a map from a BatchNorm of it, which computes them anyway.
func fuseMoments(l *lowering, order []*graph.Node) {
	for _, n := range order {
		if n.Op == graph.BatchNorm && l.fused[n] == nil && !readsMoments(n) {
			l.norms[n.In[0]] = n
		}
	}
	for _, n := range order {
		if which := momentOf(n); which > 0 && l.fused[n] == nil && l.norms[n.In[0]] != nil {
			l.fused[n] = func() { l.values[n] = l.batchNorm(l.norms[n.In[0]])[which] }
		}
	}
}

// batchNorm is a BatchNorm's result, mean and variance.
func (l *lowering) batchNorm(norm *graph.Node) []string {
	return l.native("BatchNorm", 3, l.inputs(norm), normAttrs(norm)...)
}

// momentOf is 1 for the mean of a map's channels, 2 for their variance, else 0.
func momentOf(n *graph.Node) int {
	switch {
	case n.Op == graph.Mean && n.In[0].Map && slices.Equal(n.Attr.Axes, []int{0, 2, 3}) && !n.Attr.Keep:
		return 1
	case n.Op == graph.Var:
		return 2
	}
	return 0
}

// readsMoments reports whether a BatchNorm depends on the moments of its map, so
// that it cannot provide them.
func readsMoments(norm *graph.Node) bool {
	return slices.ContainsFunc(graph.Reachable(norm.In[1:]...), func(n *graph.Node) bool {
		return momentOf(n) > 0 && n.In[0] == norm.In[0]
	})
}

// blockedBatchNormGrad writes all gradients and takes one of them. If the
// program has no BatchNorm of the map, one is added for its moments.
func blockedBatchNormGrad(l *lowering, n *graph.Node, in []string) {
	dy, x, scale, shift := in[0], in[1], in[2], in[3]
	var forward []string
	if norm := l.norms[n.In[1]]; norm != nil {
		forward = l.batchNorm(norm)
	} else {
		forward = l.native("BatchNorm", 3, []string{x, scale, shift}, normAttrs(n)...)
	}
	in = []string{dy, x, forward[1], forward[2], scale, shift}
	l.values[n] = l.native("BatchNormGrad", 3, in, normAttrs(n)...)[n.Attr.Of]
}
