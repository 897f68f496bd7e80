package enginetest

import (
	"fmt"
	"slices"

	"fbnas/graph"
)

func elementwiseCases() []Case {
	var cases []Case
	shapes := map[string][2][]int{
		"same shape": {{3, 4}, {3, 4}}, "row": {{3, 4}, {4}}, "column": {{3, 4}, {3, 1}},
		"outer": {{3, 1}, {1, 4}}, "taps": {{5, 1, 3, 3}, {1, 1, 3, 3}}, "number": {{1}, {2, 3}},
	}
	for _, op := range []graph.Op{graph.Add, graph.Sub, graph.Mul, graph.Div} {
		for name, s := range shapes {
			cases = append(cases, Case{Name: string(op) + " " + name, Op: op, Positive: op == graph.Div,
				Build: func(g *graph.Graph) *graph.Node {
					return g.Apply(op, graph.Attr{}, g.Input("a", graph.Float, s[0]...), g.Input("b", graph.Float, s[1]...))
				}})
		}
	}
	for op, c := range map[graph.Op]Case{
		graph.Relu: {Kinks: []float64{0}}, graph.HardSigmoid: {Kinks: []float64{-3, 3}},
		graph.HardSwish: {Kinks: []float64{-3, 3}}, graph.HardSwishSlope: {Kinks: []float64{-3, 3}},
		graph.Sigmoid: {}, graph.Exp: {}, graph.Log: {Positive: true}, graph.Sqrt: {Positive: true},
		graph.Step: {Kinks: []float64{0}}, graph.Softmax: {}, graph.LogSoftmax: {},
	} {
		c.Name, c.Op = string(op), op
		c.Build = func(g *graph.Graph) *graph.Node {
			return g.Unary(op, g.Scale(g.Input("x", graph.Float, 6, 7), 2))
		}
		for i := range c.Kinks {
			c.Kinks[i] /= 2
		}
		cases = append(cases, c)
	}
	return append(cases,
		Case{Name: "Clip", Op: graph.Clip, Kinks: []float64{-0.5, 1}, Build: func(g *graph.Graph) *graph.Node {
			return g.Clip(g.Input("x", graph.Float, 6, 7), -0.5, 1)
		}},
		Case{Name: "StopGrad", Op: graph.StopGrad, Build: func(g *graph.Graph) *graph.Node {
			return g.Unary(graph.StopGrad, g.Input("x", graph.Float, 5))
		}},
		Case{Name: "OneHot", Op: graph.OneHot, Build: func(g *graph.Graph) *graph.Node {
			return g.OneHot(g.Input("labels", graph.Int, 6), 4)
		}})
}

func reductionCases() []Case {
	var cases []Case
	x := func(g *graph.Graph) *graph.Node { return g.Input("x", graph.Float, 3, 4, 2) }
	for _, axes := range [][]int{{0}, {2}, {0, 1}, {1, 2}, {0, 1, 2}} {
		for _, op := range []graph.Op{graph.Sum, graph.Mean, graph.Max, graph.Dot} {
			for _, keep := range []bool{false, true} {
				cases = append(cases, Case{Name: fmt.Sprintf("%s over axes %v, kept: %v", op, axes, keep), Op: op, Distinct: op == graph.Max,
					Build: func(g *graph.Graph) *graph.Node {
						in := []*graph.Node{x(g)}
						if op == graph.Dot {
							in = append(in, g.Input("y", graph.Float, 3, 4, 2))
						}
						return g.Apply(op, graph.Attr{Axes: axes, Keep: keep}, in...)
					}})
			}
		}
	}
	return cases
}

func matrixCases() []Case {
	var cases []Case
	for _, ta := range []bool{false, true} {
		for _, tb := range []bool{false, true} {
			cases = append(cases, Case{Name: fmt.Sprintf("MatMul transposed: %v, %v", ta, tb), Op: graph.MatMul, Build: func(g *graph.Graph) *graph.Node {
				a, b := []int{3, 4}, []int{4, 5}
				if ta {
					slices.Reverse(a)
				}
				if tb {
					slices.Reverse(b)
				}
				return g.MatMul(g.Input("a", graph.Float, a...), g.Input("b", graph.Float, b...), ta, tb)
			}})
		}
	}
	return append(cases,
		Case{Name: "Reshape", Op: graph.Reshape, Build: func(g *graph.Graph) *graph.Node {
			return g.Reshape(g.Input("x", graph.Float, 3, 4), 2, 6)
		}},
		Case{Name: "Expand", Op: graph.Expand, Build: func(g *graph.Graph) *graph.Node {
			return g.ExpandLike(g.Input("x", graph.Float, 3, 1), g.Const(make([]float64, 12), 3, 4))
		}})
}
