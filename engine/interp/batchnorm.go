package interp

import (
	"math"

	"fbnas/graph"
)

// normed is a map after normalisation by the statistics of its channels, and
// 1/sqrt(var + epsilon) of each.
func normed(x *graph.Node, data []float64, epsilon float64) (y, inverse []float64) {
	s := x.Shape
	plane := s[2] * s[3]
	count := float64(s[0] * plane)
	total := make([]float64, s[1])
	for i, v := range data {
		total[i/plane%s[1]] += v
	}
	y, inverse = make([]float64, len(data)), make([]float64, s[1])
	for i, v := range data {
		c := i / plane % s[1]
		y[i] = v - total[c]/count
		inverse[c] += y[i] * y[i]
	}
	for c, squares := range inverse {
		inverse[c] = 1 / math.Sqrt(squares/count+epsilon)
	}
	for i := range y {
		y[i] *= inverse[i/plane%s[1]]
	}
	return y, inverse
}

// activations has the values and slopes of the operators of Attr.Act.
var activations = map[graph.Op]struct{ value, slope func(float64) float64 }{
	"":              {func(x float64) float64 { return x }, func(float64) float64 { return 1 }},
	graph.Relu:      {func(x float64) float64 { return math.Max(x, 0) }, step},
	graph.HardSwish: {func(x float64) float64 { return x * hardSigmoid(x) }, hardSwishSlope},
}

func batchNorm(n *graph.Node, in [][]float64) []float64 {
	y, _ := normed(n.In[0], in[0], n.Attr.Epsilon)
	act, plane := activations[n.Attr.Act].value, n.Shape[2]*n.Shape[3]
	for i, v := range y {
		c := i / plane % n.Shape[1]
		y[i] = act(v*in[1][c] + in[2][c])
		if len(in) == 4 {
			y[i] += in[3][i]
		}
	}
	return y
}

// batchNormGrad: with d the gradient before the activation, the gradient of shift is
// the sum of d over a channel, that of scale the sum of d times the normalised x, and
// that of x is scale/sqrt(var+eps) * (d - mean(d) - normed*mean(d*normed)).
func batchNormGrad(n *graph.Node, in [][]float64) []float64 {
	s := n.In[1].Shape
	norm, inverse := normed(n.In[1], in[1], n.Attr.Epsilon)
	slope, plane := activations[n.Attr.Act].slope, s[2]*s[3]
	d, scale, shift := make([]float64, len(norm)), make([]float64, s[1]), make([]float64, s[1])
	for i, v := range norm {
		c := i / plane % s[1]
		d[i] = in[0][i] * slope(v*in[2][c]+in[3][c])
		scale[c] += d[i] * v
		shift[c] += d[i]
	}
	if n.Attr.Of > 0 {
		return [][]float64{scale, shift}[n.Attr.Of-1]
	}
	count := float64(s[0] * plane)
	for i := range d {
		c := i / plane % s[1]
		d[i] = in[2][c] * inverse[c] * (d[i] - shift[c]/count - norm[i]*scale[c]/count)
	}
	return d
}
