package onnx

// reduce: the axes named by attribute or input (all axes without them) become 1, or
// disappear with keepdims = 0.
func reduce(c *call) {
	t, x := c.input(0).Type, c.input(0).Shape
	c.give(0, t, nil)
	axes, known := c.axes()
	keep := c.attrInt("keepdims", 1) != 0
	switch {
	case x == nil:
		return
	case !known:
		if keep {
			c.give(0, t, unknown(len(x)))
		}
		return
	case len(axes) == 0 && c.attrInt("noop_with_empty_axes", 0) != 0:
		c.give(0, t, x)
		return
	}
	gone := c.axisSet(axes, len(x))
	out := Shape{}
	for i, d := range x {
		switch {
		case len(axes) > 0 && !gone[i]:
			out = append(out, d)
		case keep:
			out = append(out, Fixed(1))
		}
	}
	c.give(0, t, out)
}

// argReduce: the index of the extreme along one axis.
func argReduce(c *call) {
	c.give(0, Int64, nil)
	x := c.input(0).Shape
	if x == nil {
		return
	}
	axis := c.axis(c.attrInt("axis", 0), len(x))
	out := append(Shape{}, x[:axis]...)
	if c.attrInt("keepdims", 1) != 0 {
		out = append(out, Fixed(1))
	}
	c.give(0, Int64, append(out, x[axis+1:]...))
}

// axes reads the axes that a node acts on, from its attribute or its second
// input; if none are given, the list is known and empty.
func (c *call) axes() ([]int64, bool) {
	if a := c.attribute("axes"); a != nil {
		return a.Ints, true
	}
	if !c.has(1) {
		return nil, true
	}
	return c.ints(1)
}

func unknown(rank int) Shape {
	s := make(Shape, rank)
	for i := range s {
		s[i] = Sym("")
	}
	return s
}
