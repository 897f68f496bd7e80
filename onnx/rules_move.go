package onnx

// reshape: 0 copies a dimension (unless allowzero), one -1 takes the remaining elements.
func reshape(c *call) {
	t, x := c.input(0).Type, c.input(0).Shape
	shape, known := c.shapeInput(1, -1)
	c.give(0, t, shape)
	if !known {
		return
	}
	out, rest := make(Shape, len(shape)), -1
	for i, d := range shape {
		switch {
		case d.Size == -1 && rest >= 0:
			c.fail("shape %v has two unknown dimensions", shape)
		case d.Size == -1:
			out[i], rest = Sym(""), i
		case d.Size > 0 || c.attrInt("allowzero", 0) != 0:
			out[i] = d
		case x == nil:
			out[i] = Sym("")
		case i >= len(x):
			c.fail("shape %v copies a dimension that %v does not have", shape, x)
		default:
			out[i] = x[i]
		}
	}
	if x != nil {
		c.fillRest(x, out, rest)
	}
	c.give(0, t, out)
}

// fillRest gives out as many elements as x, through its dimension rest if
// there is one (-1 if not). Named dimensions on both sides cancel.
func (c *call) fillRest(x, out Shape, rest int) {
	var others Shape
	for i, d := range out {
		if i != rest {
			others = append(others, d)
		}
	}
	from, to := cancel(x, others)
	a, b := c.product(from...), c.product(to...)
	if !b.Known() || !a.Known() && (rest < 0 || b != Fixed(1)) {
		return
	}
	switch {
	case rest < 0 && a != b:
		c.fail("%v elements do not fit %v", x, out)
	case rest >= 0 && b == Fixed(1):
		out[rest] = a
	case rest >= 0 && b.Size == 0:
		c.fail("what is left of %v for %v is not defined", x, out)
	case rest >= 0:
		out[rest] = c.quotient(a, b.Size)
	}
}

// cancel removes the named dimensions that both lists have.
func cancel(a, b Shape) (Shape, Shape) {
	count := map[string]int{}
	for _, d := range b {
		if !d.Known() && d.Name != "" {
			count[d.Name]++
		}
	}
	drop := func(s Shape, left map[string]int) (kept Shape, dropped map[string]int) {
		dropped = map[string]int{}
		for _, d := range s {
			if !d.Known() && left[d.Name] > 0 {
				left[d.Name]--
				dropped[d.Name]++
				continue
			}
			kept = append(kept, d)
		}
		return kept, dropped
	}
	a, dropped := drop(a, count)
	b, _ = drop(b, dropped)
	return a, b
}

// flatten: [d0..d(axis-1), the rest] as a matrix.
func flatten(c *call) {
	t, x := c.input(0).Type, c.input(0).Shape
	if x == nil {
		c.give(0, t, unknown(2))
		return
	}
	axis := c.attrInt("axis", 1)
	if axis != int64(len(x)) {
		axis = int64(c.axis(axis, len(x)))
	}
	c.give(0, t, Shape{c.product(x[:axis]...), c.product(x[axis:]...)})
}

func transpose(c *call) {
	t, x := c.input(0).Type, c.input(0).Shape
	c.give(0, t, nil)
	if x == nil {
		return
	}
	out := make(Shape, len(x))
	a := c.attribute("perm")
	if a == nil {
		for i, d := range x {
			out[len(x)-1-i] = d
		}
		c.give(0, t, out)
		return
	}
	if len(a.Ints) != len(x) {
		c.fail("perm %v for shape %v", a.Ints, x)
	}
	c.axisSet(a.Ints, len(x))
	for i, from := range a.Ints {
		out[i] = x[c.axis(from, len(x))]
	}
	c.give(0, t, out)
}

// expand: the input broadcast to the shape in the second input.
func expand(c *call) {
	t, x := c.input(0).Type, c.input(0).Shape
	c.give(0, t, nil)
	if shape, _ := c.shapeInput(1, 0); shape != nil && x != nil {
		c.give(0, t, c.stretchedShapes(x, shape))
	}
}

func tile(c *call) {
	t, x := c.input(0).Type, c.input(0).Shape
	if x == nil {
		c.give(0, t, nil)
		return
	}
	out := unknown(len(x))
	if repeats, ok := c.shapeInput(1, 0); ok {
		c.equal("repeats against dimensions", Fixed(len(repeats)), Fixed(len(x)))
		for i, n := range repeats {
			out[i] = c.product(x[i], n)
		}
	}
	c.give(0, t, out)
}

func squeeze(c *call) {
	t, x := c.input(0).Type, c.input(0).Shape
	c.give(0, t, nil)
	axes, known := c.axes()
	if x == nil || !known {
		return
	}
	gone := c.axisSet(axes, len(x))
	out := Shape{}
	for i, d := range x {
		switch {
		case len(axes) == 0 && !d.Known():
			return
		case len(axes) == 0 && d.Size == 1:
		case len(axes) > 0 && gone[i]:
			c.equal("squeezed dimension", d, Fixed(1))
		default:
			out = append(out, d)
		}
	}
	c.give(0, t, out)
}

func unsqueeze(c *call) {
	t, x := c.input(0).Type, c.input(0).Shape
	c.give(0, t, nil)
	axes, known := c.axes()
	if x == nil || !known {
		return
	}
	if len(axes)+len(x) > maxRank {
		c.fail("%d new dimensions", len(axes))
	}
	added := c.axisSet(axes, len(x)+len(axes))
	out := Shape{}
	for _, is := range added {
		if is {
			out = append(out, Fixed(1))
		} else {
			out, x = append(out, x[0]), x[1:]
		}
	}
	c.give(0, t, out)
}
