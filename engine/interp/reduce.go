package interp

import (
	"math"
	"slices"

	"fbnas/graph"
)

// reduce folds x, of node n's input shape, over n's axes: acc = f(acc, x[i], i).
func reduce(n *graph.Node, x []float64, start float64, f func(acc, x float64, i int) float64) []float64 {
	y := make([]float64, n.Shape.Len())
	for i := range y {
		y[i] = start
	}
	shape := n.In[0].Shape
	kept := slices.Clone(shape)
	for _, axis := range n.Attr.Axes {
		kept[axis] = 1
	}
	to := walk(shape, kept)
	for i, v := range x {
		j := to(i)
		y[j] = f(y[j], v, i)
	}
	return y
}

func sum(n *graph.Node, in [][]float64) []float64 {
	return reduce(n, in[0], 0, func(acc, x float64, _ int) float64 { return acc + x })
}

func mean(n *graph.Node, in [][]float64) []float64 {
	y := sum(n, in)
	share := float64(len(y)) / float64(len(in[0]))
	for i := range y {
		y[i] *= share
	}
	return y
}

func maximum(n *graph.Node, in [][]float64) []float64 {
	return reduce(n, in[0], math.Inf(-1), func(acc, x float64, _ int) float64 { return max(acc, x) })
}

func dot(n *graph.Node, in [][]float64) []float64 {
	return reduce(n, in[0], 0, func(acc, x float64, i int) float64 { return acc + x*in[1][i] })
}
