package nn

import "fbnas/graph"

// floor keeps Gumbel weights above exp(floor) of the largest: without it they underflow at
// low temperature, and denormal numbers make everything slow.
const floor = -30

// GumbelSoftmax is softmax((logits + noise) / temperature) over the options of
// one choice, [K]; noise is a draw from Gumbel(0,1), temperature has shape [1]
// (docs/background/method.md, "Masks").
func GumbelSoftmax(g *graph.Graph, logits, noise, temperature *graph.Node) *graph.Node {
	z := g.Div(g.Add(logits, noise), temperature)
	// The largest is 0 now; the upper bound is above it, since Clip's
	// gradient is zero at a bound.
	top := g.Unary(graph.StopGrad, g.Max(z, 0))
	return g.Unary(graph.Softmax, g.Clip(g.Sub(z, top), floor, 1))
}

// PrefixMask is the sum over options i of weights[i] times the vector of
// sizes[i] ones followed by zeros, [max(sizes)] (docs/background/method.md,
// "Masks"): one product with a constant matrix, whatever the options.
func PrefixMask(g *graph.Graph, weights *graph.Node, sizes []int) *graph.Node {
	widest := 0
	for _, s := range sizes {
		widest = max(widest, s)
	}
	ones := make([]float64, len(sizes)*widest)
	for i, s := range sizes {
		for c := range s {
			ones[i*widest+c] = 1
		}
	}
	return Combine(g, weights, g.Const(ones, len(sizes), widest))
}

// Combine is the sum over options of weights [K] times rows [K,M]: [M].
func Combine(g *graph.Graph, weights, rows *graph.Node) *graph.Node {
	k, m := rows.Shape[0], rows.Shape[1]
	return g.Reshape(g.MatMul(g.Reshape(weights, 1, k), rows, false, false), m)
}

// TapMask weights the taps of the largest kernel, [1,1,k,k], so that a smaller
// kernel is its centre: nested kernels share one set of weights.
func TapMask(g *graph.Graph, weights *graph.Node, kernels []int) *graph.Node {
	largest := 0
	for _, k := range kernels {
		largest = max(largest, k)
	}
	taps := make([]float64, len(kernels)*largest*largest)
	for i, k := range kernels {
		border := (largest - k) / 2
		for y := border; y < largest-border; y++ {
			for x := border; x < largest-border; x++ {
				taps[(i*largest+y)*largest+x] = 1
			}
		}
	}
	m := Combine(g, weights, g.Const(taps, len(kernels), largest*largest))
	return g.Reshape(m, 1, 1, largest, largest)
}

// Joint is the outer product of the weights of independent choices, flat, the
// last choice fastest: the weight of every combination.
func Joint(g *graph.Graph, weights ...*graph.Node) *graph.Node {
	joint := weights[0]
	for _, w := range weights[1:] {
		rows, cols := joint.Shape.Len(), w.Shape.Len()
		joint = g.Reshape(g.Mul(g.Reshape(joint, rows, 1), g.Reshape(w, 1, cols)), rows*cols)
	}
	return joint
}
