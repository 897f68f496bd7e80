package enginetest

import (
	"fmt"
	"slices"
	"strings"

	"fbnas/graph"
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
	Slack    float64   // times the tolerance, for sums that cancel behind several operators; 0 is 1
}

// Margin is the smallest distance of a drawn input from a kink.
const Margin = 0.02

// Cases covers every operator that has inputs, each case under its own name,
// sorted by name. The batches of maps are multiples of unit.
func Cases(unit int) []Case {
	all := slices.Concat(convCases(unit), mapCases(unit), batchNormCases(unit), separableCases(unit), elementwiseCases(), reductionCases(), matrixCases())
	slices.SortFunc(all, func(a, b Case) int { return strings.Compare(a.Name, b.Name) })
	return all
}

// convolution is one shape of Conv and of its gradients; the batch is n units.
type convolution struct {
	name                                     string
	n, in, out, h, w, k, stride, pad, groups int
	bias                                     bool
}

func convCases(unit int) []Case {
	var cases []Case
	for _, c := range []convolution{
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
		{"depthwise 3x3 pad 0 stride 2 even", 1, 3, 3, 8, 6, 3, 2, 0, 3, true},
		{"depthwise 7x7", 1, 2, 2, 8, 7, 7, 1, 3, 2, true},
		{"depthwise 7x7 pad 2 stride 2", 1, 2, 2, 9, 8, 7, 2, 2, 2, false},
		{"depthwise 1x1 stride 2", 1, 3, 3, 5, 4, 1, 2, 0, 3, false},
		{"pointwise groups stride 2", 1, 6, 9, 4, 5, 1, 2, 0, 3, true},
		{"grouped 3x3", 2, 4, 6, 5, 5, 3, 2, 1, 2, false},
	} {
		cases = append(cases, c.cases(unit)...)
	}
	return cases
}

func (c convolution) cases(unit int) []Case {
	n := c.n * unit
	a := graph.ConvAttr{Stride: c.stride, Pad: c.pad, Groups: c.groups}
	attr := graph.Attr{Stride: c.stride, Pad: c.pad, Groups: c.groups}
	oh, ow := graph.OutSize(c.h, c.k, c.stride, c.pad), graph.OutSize(c.w, c.k, c.stride, c.pad)
	x := func(g *graph.Graph) *graph.Node { return g.MapInput("x", n, c.in, c.h, c.w) }
	w := func(g *graph.Graph) *graph.Node { return g.Input("w", graph.Float, c.out, c.in/c.groups, c.k, c.k) }
	dy := func(g *graph.Graph) *graph.Node { return g.MapInput("dy", n, c.out, oh, ow) }
	return []Case{
		{Name: "Conv " + c.name, Op: graph.Conv, Build: func(g *graph.Graph) *graph.Node {
			var bias *graph.Node
			if c.bias {
				bias = g.Input("b", graph.Float, c.out)
			}
			return g.Conv(x(g), w(g), bias, a)
		}},
		{Name: "ConvGradX " + c.name, Op: graph.ConvGradX, Build: func(g *graph.Graph) *graph.Node {
			attr := attr
			attr.Size = [2]int{c.h, c.w}
			return g.Apply(graph.ConvGradX, attr, dy(g), w(g))
		}},
		{Name: "ConvGradW " + c.name, Op: graph.ConvGradW, Build: func(g *graph.Graph) *graph.Node {
			attr := attr
			attr.Size = [2]int{c.k, c.k}
			return g.Apply(graph.ConvGradW, attr, x(g), dy(g))
		}},
	}
}

func mapCases(unit int) []Case {
	n := 3 * unit
	x := func(g *graph.Graph) *graph.Node { return g.MapInput("x", n, 4, 2, 5) }
	y := func(g *graph.Graph) *graph.Node { return g.MapInput("y", n, 4, 2, 5) }
	gate := func(g *graph.Graph) *graph.Node { return g.MapInput("gate", n, 4, 1, 1) }
	v := func(g *graph.Graph, name string) *graph.Node { return g.Input(name, graph.Float, 4) }
	constant := func(g *graph.Graph, c float64) *graph.Node { return g.Const([]float64{c, c, c, c}, 4) }
	cases := []Case{
		{Name: "Affine", Op: graph.Affine, Build: func(g *graph.Graph) *graph.Node {
			return g.Affine(x(g), v(g, "scale"), v(g, "shift"))
		}},
		{Name: "Affine without a shift", Op: graph.Affine, Build: func(g *graph.Graph) *graph.Node {
			return g.Affine(x(g), v(g, "scale"), constant(g, 0))
		}},
		{Name: "Affine without a scale", Op: graph.Affine, Build: func(g *graph.Graph) *graph.Node {
			return g.Affine(x(g), constant(g, 1), v(g, "shift"))
		}},
		{Name: "Var", Op: graph.Var, Build: func(g *graph.Graph) *graph.Node {
			_, variance := g.Moments(x(g))
			return variance
		}},
		{Name: "Affine with a sum", Op: graph.Affine, Build: func(g *graph.Graph) *graph.Node {
			return g.AffineSum(x(g), v(g, "scale"), v(g, "shift"), y(g))
		}},
		{Name: "Shuffle", Op: graph.Shuffle, Build: func(g *graph.Graph) *graph.Node {
			return g.Shuffle(g.MapInput("x", 2*unit, 6, 3, 2), 3)
		}},
		{Name: "Mean as global pool", Op: graph.Mean, Build: func(g *graph.Graph) *graph.Node { return g.GlobalPool(x(g)) }},
		{Name: "Mean of a pixel", Op: graph.Mean, Build: func(g *graph.Graph) *graph.Node { return g.GlobalPool(gate(g)) }},
		{Name: "Reshape to rows", Op: graph.Reshape, Build: func(g *graph.Graph) *graph.Node {
			return g.Reshape(gate(g), n, 4)
		}},
		{Name: "Reshape to a map", Op: graph.Reshape, Build: func(g *graph.Graph) *graph.Node {
			return g.ReshapeMap(g.Input("x", graph.Float, n, 4), n, 4, 1, 1)
		}},
		{Name: "Reshape of a map to another", Op: graph.Reshape, Build: func(g *graph.Graph) *graph.Node {
			return g.ReshapeMap(x(g), n, 8, 1, 5)
		}},
		{Name: "Expand a gate", Op: graph.Expand, Build: func(g *graph.Graph) *graph.Node { return g.ExpandLike(gate(g), x(g)) }},
		{Name: "Expand a vector", Op: graph.Expand, Build: func(g *graph.Graph) *graph.Node {
			return g.ExpandLike(g.Reshape(v(g, "v"), 1, 4, 1, 1), x(g))
		}},
		{Name: "Expand a number", Op: graph.Expand, Build: func(g *graph.Graph) *graph.Node {
			return g.ExpandLike(g.Input("s", graph.Float, 1, 1, 1, 1), x(g))
		}},
	}
	return append(cases, combinedCases(x, y, gate)...)
}

// combinedCases are reductions of maps, a map with everything that may be
// combined with it, and functions of each of its elements.
func combinedCases(x, y, gate func(*graph.Graph) *graph.Node) []Case {
	var cases []Case
	for _, axes := range [][]int{{0, 2, 3}, {2, 3}, {1}} {
		name := fmt.Sprint(" of a map over ", axes)
		cases = append(cases,
			Case{Name: "Sum" + name, Op: graph.Sum, Build: func(g *graph.Graph) *graph.Node { return g.Sum(x(g), axes...) }},
			Case{Name: "Max" + name, Op: graph.Max, Distinct: true, Build: func(g *graph.Graph) *graph.Node { return g.Max(x(g), axes...) }},
			Case{Name: "Mean" + name, Op: graph.Mean, Build: func(g *graph.Graph) *graph.Node { return g.Mean(x(g), axes...) }},
			Case{Name: "Dot" + name, Op: graph.Dot, Build: func(g *graph.Graph) *graph.Node { return g.Dot(x(g), y(g), axes...) }})
	}
	for _, op := range []graph.Op{graph.Add, graph.Sub, graph.Mul, graph.Div} {
		for name, other := range map[string]func(g *graph.Graph) *graph.Node{
			"a map": y, "a gate": gate,
			"a number": func(g *graph.Graph) *graph.Node { return g.Input("s", graph.Float, 1) },
		} {
			cases = append(cases,
				Case{Name: fmt.Sprintf("%s a map and %s", op, name), Op: op, Positive: op == graph.Div,
					Build: func(g *graph.Graph) *graph.Node { return g.Apply(op, graph.Attr{}, x(g), other(g)) }},
				Case{Name: fmt.Sprintf("%s %s and a map", op, name), Op: op, Positive: op == graph.Div,
					Build: func(g *graph.Graph) *graph.Node { return g.Apply(op, graph.Attr{}, other(g), x(g)) }})
		}
	}
	for op, kinks := range map[graph.Op][]float64{
		graph.Relu: {0}, graph.Step: {0}, graph.HardSigmoid: {-3, 3}, graph.HardSwish: {-3, 3}, graph.HardSwishSlope: {-3, 3},
		graph.Sigmoid: nil, graph.Softmax: nil, graph.LogSoftmax: nil,
	} {
		cases = append(cases, Case{Name: string(op) + " of a map", Op: op, Kinks: kinks, Build: func(g *graph.Graph) *graph.Node {
			return g.Unary(op, x(g))
		}})
	}
	return cases
}
