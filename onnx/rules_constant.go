package onnx

import "slices"

// constant: the tensor or the numbers in the node's one attribute.
func constant(c *call) {
	if len(c.node.Attribute) != 1 {
		c.fail("%d attributes, not one value", len(c.node.Attribute))
	}
	a := c.node.Attribute[0]
	switch a.GetName() {
	case "value":
		c.give(0, DType(a.GetT().GetDataType()), Dims(a.GetT().GetDims()...))
		c.remember(c.node.Output[0], a.GetT())
	case "value_float":
		c.give(0, Float32, Shape{})
	case "value_floats":
		c.give(0, Float32, Dims(len(a.Floats)))
	case "value_int":
		c.give(0, Int64, Shape{})
		c.consts[c.node.Output[0]] = []int64{a.GetI()}
	case "value_ints":
		c.give(0, Int64, Dims(len(a.Ints)))
		if len(a.Ints) <= maxConst {
			c.consts[c.node.Output[0]] = a.Ints
		}
	case "value_string":
		c.give(0, StringType, Shape{})
	case "value_strings":
		c.give(0, StringType, Dims(len(a.Strings)))
	}
}

// constantOfShape: one value (0 of float32 unless given) in the shape that the
// input holds.
func constantOfShape(c *call) {
	t := Float32
	if v := c.attribute("value"); v != nil {
		t = DType(v.GetT().GetDataType())
	}
	shape, _ := c.shapeInput(0, 0)
	c.give(0, t, shape)
}

// shapeOf: the dimensions of the input from start to end as int64.
func shapeOf(c *call) {
	c.give(0, Int64, Shape{Sym("")})
	x := c.input(0).Shape
	if x == nil {
		return
	}
	n := int64(len(x))
	clamp := func(v int64) int64 {
		if v < 0 {
			v += n
		}
		return max(0, min(n, v))
	}
	start, end := clamp(c.attrInt("start", 0)), clamp(c.attrInt("end", n))
	part := x[start:max(start, end)]
	c.give(0, Int64, Dims(len(part)))
	if v, ok := part.Lengths(); ok {
		c.consts[c.node.Output[0]] = v
	}
}

// shapeInput reads input i as a shape: the lengths, each at least least, if
// they are constant, otherwise as many unknown ones as the input has elements.
func (c *call) shapeInput(i int, least int64) (Shape, bool) {
	c.rank(i, 1)
	if v, ok := c.ints(i); ok {
		if len(v) > maxRank || len(v) > 0 && slices.Min(v) < least {
			c.fail("a shape of %d dimensions, %d", len(v), v[:min(len(v), maxRank)])
		}
		return Dims(v...), true
	}
	if s := c.input(i).Shape; s != nil && s[0].Known() && s[0].Size <= maxRank {
		return unknown(int(s[0].Size)), false
	}
	return nil, false
}
