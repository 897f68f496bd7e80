package enginetest

import (
	"math"
	"math/rand/v2"
	"slices"

	"fbnas/graph"
	"fbnas/internal/random"
)

// Case is one operator on small inputs. Build declares the inputs and returns
// the result; inputs named "labels" are class numbers, all others are drawn
// from a normal distribution, at least Margin away from every kink.
type Case struct {
	Name     string
	Op       graph.Op
	Build    func(g *graph.Graph) *graph.Node
	Kinks    []float64 // of the operator in its inputs
	Positive bool      // inputs are drawn from [0.5, 2.5)
	Distinct bool      // no two elements of an input closer than Margin
}

// Margin is the least distance of a drawn input from a kink.
const Margin = 0.02

// Cases covers every operator that has inputs.
func Cases() []Case {
	return slices.Concat(convCases(), mapCases(), elementwiseCases(), reductionCases(), matrixCases())
}

func convCases() []Case {
	var cases []Case
	for _, c := range []struct {
		name                                     string
		n, in, out, h, w, k, stride, pad, groups int
		bias                                     bool
	}{
		{"pointwise", 2, 5, 4, 4, 3, 1, 1, 0, 1, false},
		{"pointwise on one pixel", 3, 5, 4, 1, 1, 1, 1, 0, 1, true},
		{"pointwise stride 2", 2, 3, 4, 5, 4, 1, 2, 0, 1, false},
		{"pointwise groups", 2, 6, 4, 3, 3, 1, 1, 0, 2, false},
		{"dense 3x3", 2, 3, 4, 6, 5, 3, 1, 1, 1, true},
		{"dense 3x3 stride 2", 2, 3, 4, 7, 6, 3, 2, 1, 1, true},
		{"depthwise 3x3", 2, 4, 4, 5, 6, 3, 1, 1, 4, false},
		{"depthwise 3x3 stride 2 even", 2, 4, 4, 6, 8, 3, 2, 1, 4, false},
		{"depthwise 3x3 stride 2 odd", 2, 4, 4, 7, 5, 3, 2, 1, 4, false},
		{"depthwise 5x5", 1, 3, 3, 6, 7, 5, 1, 2, 3, false},
		{"depthwise 5x5 stride 2", 2, 3, 3, 7, 8, 5, 2, 2, 3, false},
		{"depthwise 5x5 pad 1 stride 2", 1, 3, 3, 8, 8, 5, 2, 1, 3, false},
		{"depthwise 3x3 pad 0 stride 2", 1, 3, 3, 7, 7, 3, 2, 0, 3, false},
		{"grouped 3x3", 2, 4, 6, 5, 5, 3, 2, 1, 2, false},
	} {
		a := graph.ConvAttr{Stride: c.stride, Pad: c.pad, Groups: c.groups}
		oh, ow := graph.OutSize(c.h, c.k, c.stride, c.pad), graph.OutSize(c.w, c.k, c.stride, c.pad)
		x := func(g *graph.Graph) *graph.Node { return g.MapInput("x", c.n, c.in, c.h, c.w) }
		w := func(g *graph.Graph) *graph.Node { return g.Input("w", graph.Float, c.out, c.in/c.groups, c.k, c.k) }
		dy := func(g *graph.Graph) *graph.Node { return g.MapInput("dy", c.n, c.out, oh, ow) }
		attr := graph.Attr{Stride: c.stride, Pad: c.pad, Groups: c.groups}
		cases = append(cases,
			Case{Name: "Conv " + c.name, Op: graph.Conv, Build: func(g *graph.Graph) *graph.Node {
				var bias *graph.Node
				if c.bias {
					bias = g.Input("b", graph.Float, c.out)
				}
				return g.Conv(x(g), w(g), bias, a)
			}},
			Case{Name: "ConvGradX " + c.name, Op: graph.ConvGradX, Build: func(g *graph.Graph) *graph.Node {
				attr := attr
				attr.Size = [2]int{c.h, c.w}
				return g.Apply(graph.ConvGradX, attr, dy(g), w(g))
			}},
			Case{Name: "ConvGradW " + c.name, Op: graph.ConvGradW, Build: func(g *graph.Graph) *graph.Node {
				attr := attr
				attr.Size = [2]int{c.k, c.k}
				return g.Apply(graph.ConvGradW, attr, x(g), dy(g))
			}})
	}
	return cases
}

func mapCases() []Case {
	x := func(g *graph.Graph) *graph.Node { return g.MapInput("x", 3, 4, 2, 5) }
	v := func(g *graph.Graph, name string) *graph.Node { return g.Input(name, graph.Float, 4) }
	return []Case{
		{Name: "Affine", Op: graph.Affine, Build: func(g *graph.Graph) *graph.Node {
			return g.Affine(x(g), v(g, "scale"), v(g, "shift"))
		}},
		{Name: "Var", Op: graph.Var, Build: func(g *graph.Graph) *graph.Node {
			_, variance := g.Moments(x(g))
			return variance
		}},
		{Name: "Shuffle", Op: graph.Shuffle, Build: func(g *graph.Graph) *graph.Node {
			return g.Shuffle(g.MapInput("x", 2, 6, 3, 2), 3)
		}},
		{Name: "Mul by a gate", Op: graph.Mul, Build: func(g *graph.Graph) *graph.Node {
			return g.Mul(x(g), g.MapInput("gate", 3, 4, 1, 1))
		}},
		{Name: "Mul by a number", Op: graph.Mul, Build: func(g *graph.Graph) *graph.Node {
			return g.Mul(x(g), g.Input("s", graph.Float, 1))
		}},
		{Name: "Add maps", Op: graph.Add, Build: func(g *graph.Graph) *graph.Node {
			return g.Add(x(g), g.MapInput("y", 3, 4, 2, 5))
		}},
		{Name: "Mean as global pool", Op: graph.Mean, Build: func(g *graph.Graph) *graph.Node { return g.GlobalPool(x(g)) }},
		{Name: "Mean of channels", Op: graph.Mean, Build: func(g *graph.Graph) *graph.Node { return g.Mean(x(g), 0, 2, 3) }},
		{Name: "Sum of channels", Op: graph.Sum, Build: func(g *graph.Graph) *graph.Node { return g.Sum(x(g), 0, 2, 3) }},
		{Name: "Sum of planes", Op: graph.Sum, Build: func(g *graph.Graph) *graph.Node { return g.Sum(x(g), 2, 3) }},
		{Name: "Dot of channels", Op: graph.Dot, Build: func(g *graph.Graph) *graph.Node {
			return g.Dot(x(g), g.MapInput("y", 3, 4, 2, 5), 0, 2, 3)
		}},
		{Name: "Dot of planes", Op: graph.Dot, Build: func(g *graph.Graph) *graph.Node {
			return g.Dot(x(g), g.MapInput("y", 3, 4, 2, 5), 2, 3)
		}},
		{Name: "Reshape to rows", Op: graph.Reshape, Build: func(g *graph.Graph) *graph.Node {
			return g.Reshape(g.MapInput("x", 3, 4, 1, 1), 3, 4)
		}},
		{Name: "Reshape to a map", Op: graph.Reshape, Build: func(g *graph.Graph) *graph.Node {
			return g.ReshapeMap(g.Input("x", graph.Float, 3, 4), 3, 4, 1, 1)
		}},
		{Name: "Expand a gate", Op: graph.Expand, Build: func(g *graph.Graph) *graph.Node {
			return g.ExpandLike(g.MapInput("gate", 3, 4, 1, 1), x(g))
		}},
		{Name: "Expand a vector", Op: graph.Expand, Build: func(g *graph.Graph) *graph.Node {
			return g.ExpandLike(g.Reshape(v(g, "v"), 1, 4, 1, 1), x(g))
		}},
		{Name: "Relu of a map", Op: graph.Relu, Kinks: []float64{0}, Build: func(g *graph.Graph) *graph.Node {
			return g.Unary(graph.Relu, x(g))
		}},
	}
}

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
				cases = append(cases, Case{Name: string(op) + " over axes", Op: op, Distinct: op == graph.Max,
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
			cases = append(cases, Case{Name: "MatMul", Op: graph.MatMul, Build: func(g *graph.Graph) *graph.Node {
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

// Draw makes the case's inputs from a seed.
func (c Case) Draw(g *graph.Graph, seed uint64) map[string][]float64 {
	inputs := map[string][]float64{}
	for _, n := range g.Nodes() {
		if n.Op == graph.Input {
			inputs[n.Name] = c.draw(random.New(seed, n.Name), n)
		}
	}
	return inputs
}

func (c Case) draw(r *rand.Rand, n *graph.Node) []float64 {
	v := make([]float64, n.Shape.Len())
	for i := range v {
		switch {
		case n.DType == graph.Int:
			v[i] = float64(r.IntN(4))
		case c.Distinct:
			v[i] = 3 * Margin * float64(i)
		case c.Positive:
			v[i] = 0.5 + 2*r.Float64()
		default:
			v[i] = awayFrom(r, c.Kinks)
		}
	}
	if c.Distinct {
		r.Shuffle(len(v), func(i, j int) { v[i], v[j] = v[j], v[i] })
	}
	return v
}

func awayFrom(r *rand.Rand, kinks []float64) float64 {
	for {
		x := 1.2 * r.NormFloat64()
		if !slices.ContainsFunc(kinks, func(k float64) bool { return math.Abs(x-k) < Margin }) {
			return x
		}
	}
}
