package onnx

import "slices"

func concat(c *call) {
	t := c.sameType(c.all()...)
	c.give(0, t, nil)
	if c.attribute("axis") == nil {
		c.fail("attribute axis is missing")
	}
	var out Shape
	for i := range c.in {
		x := c.input(i).Shape
		if x == nil {
			return
		}
		axis := c.axis(c.attrInt("axis", 0), len(x))
		if i == 0 {
			out = slices.Clone(x)
			continue
		}
		c.rank(i, len(out))
		for k := range x {
			switch {
			case k != axis:
				out[k] = c.equal("dimensions of the inputs", out[k], x[k])
			case out[k].Known() && x[k].Known():
				out[k] = Fixed(out[k].Size + x[k].Size)
			default:
				out[k] = Sym("")
			}
		}
		c.bounded("output", 0, out)
	}
	c.give(0, t, out)
}

// split: along axis, into the lengths given by attribute or input, or evenly
// (from opset 18 on the last part may be smaller).
func split(c *call) {
	t, x := c.input(0).Type, c.input(0).Shape
	for i := range c.out {
		c.give(i, t, nil)
	}
	if n := c.attrInt("num_outputs", int64(len(c.out))); n != int64(len(c.out)) {
		c.fail("num_outputs is %d, outputs are %d", n, len(c.out))
	}
	if x == nil {
		return
	}
	axis := c.axis(c.attrInt("axis", 0), len(x))
	for i, d := range c.parts(x[axis]) {
		out := slices.Clone(x)
		out[axis] = d
		c.give(i, t, out)
	}
}

// parts are the lengths of split's outputs along the axis.
func (c *call) parts(whole Dim) Shape {
	lengths, known := c.ints(1)
	if a := c.attribute("split"); a != nil {
		lengths, known = a.Ints, true
	}
	n := int64(len(c.out))
	if !known {
		out := unknown(len(c.out))
		if whole.Known() && !c.has(1) {
			part := (whole.Size + n - 1) / n
			if c.opset < 18 {
				part = c.quotient(whole, n).Size
			}
			for i := range out {
				out[i] = Fixed(max(0, min(part, whole.Size-int64(i)*part)))
			}
		}
		return out
	}
	if len(lengths) != len(c.out) {
		c.fail("%d lengths for %d outputs", len(lengths), len(c.out))
	}
	sum := int64(0)
	for _, v := range lengths {
		if v < 0 {
			c.fail("a part of length %d", v)
		}
		sum = c.lengthened(Fixed(sum), 0, v).Size
	}
	c.equal("sum of the parts against the whole", Fixed(sum), whole)
	return Dims(lengths...)
}

// slice: starts, ends, axes (default: all in order) and steps (default: 1), from
// attributes before opset 10 and from inputs after that.
func slice(c *call) {
	t, x := c.input(0).Type, c.input(0).Shape
	c.give(0, t, nil)
	if x == nil {
		return
	}
	starts, okStarts := c.bounds("starts", 1)
	ends, okEnds := c.bounds("ends", 2)
	axes, okAxes := c.bounds("axes", 3)
	steps, okSteps := c.bounds("steps", 4)
	if !okStarts || !okEnds || !okAxes {
		c.give(0, t, unknown(len(x)))
		return
	}
	if axes == nil {
		for i := range starts {
			axes = append(axes, int64(i))
		}
	}
	if len(starts) != len(axes) || len(ends) != len(axes) || steps != nil && len(steps) != len(axes) {
		c.fail("starts, ends, axes and steps of lengths %d, %d, %d, %d", len(starts), len(ends), len(axes), len(steps))
	}
	c.axisSet(axes, len(x))
	out := slices.Clone(x)
	for i, a := range axes {
		at, step := c.axis(a, len(x)), int64(1)
		if steps != nil {
			step = steps[i]
		}
		if out[at] = Sym(""); okSteps && x[at].Known() {
			out[at] = Fixed(c.sliced(x[at].Size, starts[i], ends[i], step))
		}
	}
	c.give(0, t, out)
}

// bounds reads one list of slice: known and nil if it is not given.
func (c *call) bounds(name string, input int) ([]int64, bool) {
	if a := c.attribute(name); a != nil {
		return a.Ints, true
	}
	if !c.has(input) {
		return nil, true
	}
	return c.ints(input)
}

// sliced is the number of elements from start to end of n by step, with
// Python's clamping.
func (c *call) sliced(n, start, end, step int64) int64 {
	if step == 0 {
		c.fail("a step of 0")
	}
	wrap := func(v int64) int64 {
		if v < 0 {
			return v + n
		}
		return v
	}
	start, end = wrap(start), wrap(end)
	if step > 0 {
		start, end = max(0, min(n, start)), max(0, min(n, end))
		if start >= end {
			return 0
		}
		return (end-start-1)/step + 1
	}
	start, end = max(-1, min(n-1, start)), max(-1, min(n-1, end))
	if start <= end {
		return 0
	}
	// Dividing negatives keeps the step away from -step, which may overflow.
	return (end-start+1)/step + 1
}

// gather: x's axis replaced by the shape of the indices.
func gather(c *call) {
	t, x, at := c.input(0).Type, c.input(0).Shape, c.input(1).Shape
	c.give(0, t, nil)
	if x == nil || at == nil {
		return
	}
	axis := c.axis(c.attrInt("axis", 0), len(x))
	// With one index into a vector it is a scalar: no dimensions, not unknown ones.
	out := append(Shape{}, x[:axis]...)
	c.give(0, t, append(append(out, at...), x[axis+1:]...))
}

// pad: first all begins, then all ends, on all axes or (from opset 18 on) on those of the
// fourth input; negative values crop.
func pad(c *call) {
	t, x := c.input(0).Type, c.input(0).Shape
	c.give(0, t, nil)
	if x == nil {
		return
	}
	pads, known := c.ints(1)
	if a := c.attribute("pads"); a != nil {
		pads, known = a.Ints, true
	}
	axes, okAxes := c.bounds("axes", 3)
	if !known || !okAxes {
		c.give(0, t, unknown(len(x)))
		return
	}
	if axes == nil {
		for i := range x {
			axes = append(axes, int64(i))
		}
	}
	if len(pads) != 2*len(axes) {
		c.fail("%d pads for %d axes", len(pads), len(axes))
	}
	c.axisSet(axes, len(x))
	out := slices.Clone(x)
	for i, a := range axes {
		at := c.axis(a, len(x))
		out[at] = c.lengthened(x[at], pads[i], pads[len(axes)+i])
	}
	c.give(0, t, out)
}

func (c *call) lengthened(d Dim, begin, end int64) Dim {
	if min(begin, end) < -maxDim || max(begin, end) > maxDim {
		c.fail("pads of %d and %d", begin, end)
	}
	switch {
	case begin == 0 && end == 0:
		return d
	case !d.Known():
		return Sym("")
	}
	n := d.Size + begin + end
	if n < 0 || n > maxDim {
		c.fail("%d and %d added to a length of %d", begin, end, d.Size)
	}
	return Fixed(n)
}

// oneHot: indices with a new axis of the given depth; values [off, on].
func oneHot(c *call) {
	t, x := c.input(2).Type, c.input(0).Shape
	c.give(0, t, nil)
	if x == nil {
		return
	}
	depth := Sym("")
	if v, ok := c.ints(1); ok && len(v) == 1 && v[0] >= 0 {
		depth = Fixed(v[0])
	}
	axis := c.axis(c.attrInt("axis", -1), len(x)+1)
	c.give(0, t, slices.Insert(slices.Clone(x), axis, depth))
}
