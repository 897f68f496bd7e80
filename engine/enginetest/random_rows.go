package enginetest

import (
	"slices"

	"fbnas/graph"
)

// convolution draws Conv or one of its gradients.
func (d draws) convolution() Case {
	for {
		c := d.geometry()
		for range 100 { // many channels leave few possible sizes
			c.n, c.h, c.w = d.upTo(2), c.k-2*c.pad+d.IntN(12), c.k-2*c.pad+d.IntN(12)
			pixels := graph.OutSize(c.h, c.k, c.stride, c.pad) * graph.OutSize(c.w, c.k, c.stride, c.pad)
			macs := pixels * c.out * c.in / c.groups * c.k * c.k
			if n := c.n * d.unit; n*macs <= maxMACs && n*c.in*c.h*c.w <= maxElements {
				cases := c.cases(d.unit)
				return cases[slices.IndexFunc(cases, func(c Case) bool { return c.Op == d.op })]
			}
		}
	}
}

// geometry draws everything about a convolution except the size of its maps: half
// of them are depthwise, the rest have no groups or some; pads are up to half the
// kernel, and usually just that. Seeds go through kernels and strides in turn.
func (d draws) geometry() convolution {
	k := 1 + 2*int(d.seed%4)
	c := convolution{in: d.channels(), out: d.channels(),
		k: k, stride: 1 + int(d.seed/4%3), pad: k / 2, groups: 1, bias: d.IntN(2) == 0}
	if d.IntN(3) == 0 {
		c.pad = d.IntN(k/2 + 1)
	}
	switch d.IntN(4) {
	case 0, 1:
		c.out, c.groups = c.in, c.in
	case 2:
		c.groups = d.upTo(4)
		c.in, c.out = c.groups*max(1, c.in/c.groups), c.groups*max(1, c.out/c.groups)
	}
	return c
}

// affine draws scale, shift and sum, each of them present or not.
func (d draws) affine() Case {
	s := d.shape()
	scaled, shifted, summed := d.IntN(3) > 0, d.IntN(3) > 0, d.IntN(2) == 0
	return Case{Build: func(g *graph.Graph) *graph.Node {
		vector := func(there bool, name string, otherwise float64) *graph.Node {
			if there {
				return g.Input(name, graph.Float, s[1])
			}
			return g.Const(slices.Repeat([]float64{otherwise}, s[1]), s[1])
		}
		x, scale, shift := mapInput(g, "x", s), vector(scaled, "scale", 1), vector(shifted, "shift", 0)
		if summed {
			return g.AffineSum(x, scale, shift, mapInput(g, "sum", s))
		}
		return g.Affine(x, scale, shift)
	}}
}

func (d draws) variance() Case {
	s := d.shape()
	return Case{Build: func(g *graph.Graph) *graph.Node {
		_, v := g.Moments(mapInput(g, "x", s))
		return v
	}}
}

func (d draws) shuffle() Case {
	s, groups := d.shape(), d.upTo(8)
	s[1] = groups * max(1, s[1]/groups)
	return Case{Build: func(g *graph.Graph) *graph.Node { return g.Shuffle(mapInput(g, "x", s), groups) }}
}

// binary draws two maps that broadcast to each other, one of them possibly a
// gate, or a map and a number.
func (d draws) binary() Case {
	s := d.shape()
	a, b, number, swap := s, d.part(s), d.IntN(4) == 0, d.IntN(2) == 0
	if d.IntN(3) == 0 {
		b = s
	}
	return Case{Positive: d.op == graph.Div, Build: func(g *graph.Graph) *graph.Node {
		x, y := mapInput(g, "a", a), mapInput(g, "b", b)
		if number {
			y = g.Input("number", graph.Float, 1)
		}
		if swap {
			x, y = y, x
		}
		return g.Apply(d.op, graph.Attr{}, x, y)
	}}
}

// unary draws a function of each element, or of each row of a map.
func (d draws) unary() Case {
	s := d.shape()
	a := graph.Attr{}
	if d.op == graph.Clip {
		a.Lo, a.Hi = -0.5, 1
	}
	return Case{
		Kinks: map[graph.Op][]float64{
			graph.Relu: {0}, graph.Step: {0}, graph.Clip: {-0.5, 1},
			graph.HardSigmoid: {-3, 3}, graph.HardSwish: {-3, 3}, graph.HardSwishSlope: {-3, 3},
		}[d.op],
		Positive: d.op == graph.Log || d.op == graph.Sqrt,
		Build:    func(g *graph.Graph) *graph.Node { return g.Apply(d.op, a, mapInput(g, "x", s)) },
	}
}

// reduction draws a reduction of a map over any axes. The axis of the images is
// not kept: a map of a single image would fit no block.
func (d draws) reduction() Case {
	s, a := d.shape(), graph.Attr{}
	for len(a.Axes) == 0 {
		for axis := range s {
			if d.IntN(2) == 0 {
				a.Axes = append(a.Axes, axis)
			}
		}
	}
	a.Keep = a.Axes[0] > 0 && d.IntN(2) == 0
	if d.IntN(2) == 0 { // the axes of batch norm and of global pooling
		a.Axes, a.Keep = [][]int{{0, 2, 3}, {2, 3}}[d.IntN(2)], false
	}
	return Case{Distinct: d.op == graph.Max, Build: func(g *graph.Graph) *graph.Node {
		in := []*graph.Node{mapInput(g, "x", s)}
		if d.op == graph.Dot {
			in = append(in, mapInput(g, "y", s))
		}
		return g.Apply(d.op, a, in...)
	}}
}

// reshape draws rows to a map, a map to rows, or a map to another.
func (d draws) reshape() Case {
	s, kind := d.shape(), d.IntN(3)
	return Case{Build: func(g *graph.Graph) *graph.Node {
		rows := []int{s[0], s[1] * s[2] * s[3]}
		switch {
		case kind == 0:
			return g.ReshapeMap(g.Input("x", graph.Float, rows...), s[0], s[1], s[2], s[3])
		case kind == 1, s[2]*s[3] == 1: // which has no other shape
			return g.Reshape(mapInput(g, "x", s), rows...)
		}
		return g.ReshapeMap(mapInput(g, "x", s), s[0], s[1]*s[3], 1, s[2])
	}}
}

// expand draws a part of a map, as a map or plain, or one image of a plain one.
func (d draws) expand() Case {
	s := d.shape()
	part, kind := d.part(s), d.IntN(3)
	return Case{Build: func(g *graph.Graph) *graph.Node {
		x := mapInput(g, "x", part)
		switch kind {
		case 0:
			x = g.Input("x plain", graph.Float, part...)
		case 1:
			x = g.Input("x plain", graph.Float, 1, part[1], part[2], part[3])
		}
		return g.Apply(graph.Expand, graph.Attr{Shape: s, Map: true}, x)
	}}
}

func (d draws) matMul() Case {
	a, b := []int{d.upTo(60), d.upTo(200)}, []int{0, d.upTo(60)}
	b[0] = a[1]
	ta, tb := d.IntN(2) == 0, d.IntN(2) == 0
	if ta {
		slices.Reverse(a)
	}
	if tb {
		slices.Reverse(b)
	}
	return Case{Build: func(g *graph.Graph) *graph.Node {
		return g.MatMul(g.Input("a", graph.Float, a...), g.Input("b", graph.Float, b...), ta, tb)
	}}
}

func (d draws) oneHot() Case {
	n, depth := d.upTo(100), d.upTo(200)
	return Case{Build: func(g *graph.Graph) *graph.Node { return g.OneHot(g.Input("labels", graph.Int, n), depth) }}
}
