package onnx

import "fbnas/onnx/onnxpb"

// same: one output like the first input.
func same(c *call) {
	c.give(0, c.input(0).Type, c.input(0).Shape)
	if v, ok := c.ints(0); ok && c.node.GetOpType() == "Identity" {
		c.consts[c.node.Output[0]] = v
	}
}

func sameFloat(c *call) {
	c.float(0)
	c.give(0, c.input(0).Type, c.input(0).Shape)
}

// clip: the bounds are scalars of the input's type.
func clip(c *call) {
	c.rank(1, 0)
	c.rank(2, 0)
	c.give(0, c.sameType(0, 1, 2), c.input(0).Shape)
}

func dropout(c *call) {
	c.give(0, c.float(0), c.input(0).Shape)
	c.give(1, Bool, c.input(0).Shape)
}

func not(c *call) {
	if t := c.input(0).Type; t != Unknown && t != Bool {
		c.fail("input of type %v", t)
	}
	c.give(0, Bool, c.input(0).Shape)
}

// softmax normalises along axis; the default axis changed with opset
// 13, the shape did not.
func softmax(c *call) {
	if s := c.input(0).Shape; s != nil && c.attribute("axis") != nil {
		c.axis(c.attrInt("axis", 0), len(s))
	}
	sameFloat(c)
}

// broadcast: all inputs of one type, stretched to one shape.
func broadcast(c *call) {
	c.give(0, c.sameType(c.all()...), c.stretched(c.all()...))
}

func compare(c *call) {
	c.sameType(0, 1)
	c.give(0, Bool, c.stretched(0, 1))
}

// pow: the exponent may be of another type than the base and the result.
func pow(c *call) {
	c.give(0, c.input(0).Type, c.stretched(0, 1))
}

func where(c *call) {
	if t := c.input(0).Type; t != Unknown && t != Bool {
		c.fail("condition of type %v", t)
	}
	c.give(0, c.sameType(1, 2), c.stretched(0, 1, 2))
}

func cast(c *call) {
	to := c.attribute("to")
	if to == nil {
		c.fail("attribute to is missing")
	}
	if _, known := onnxpb.TensorProto_DataType_name[int32(to.GetI())]; !known || to.GetI() <= 0 || to.GetI() > 1<<16 {
		c.fail("cast to unknown type %d", to.GetI())
	}
	c.give(0, DType(to.GetI()), c.input(0).Shape)
}

// quantize: the output is of the zero point's type, uint8 without one.
func quantize(c *call) {
	t := c.input(2).Type
	if !c.has(2) {
		t = DType(c.attrInt("output_dtype", 0))
		if t == Unknown {
			t = Uint8
		}
	}
	c.give(0, t, c.input(0).Shape)
}

// dequantize: the output is of the scale's type.
func dequantize(c *call) {
	c.sameType(0, 2)
	c.give(0, c.float(1), c.input(0).Shape)
}

// all are the indices of every input.
func (c *call) all() []int {
	list := make([]int, len(c.in))
	for i := range list {
		list[i] = i
	}
	return list
}

// stretched is the shape of inputs after broadcasting; nil if the
// rank of one is unknown. Source: ONNX Broadcasting.md, multidirectional.
func (c *call) stretched(inputs ...int) Shape {
	out := Shape{}
	for _, i := range inputs {
		s := c.input(i).Shape
		if s == nil {
			return nil
		}
		out = c.stretchedShapes(out, s)
	}
	return out
}

// stretchedShapes is the common shape of a and b after broadcasting.
func (c *call) stretchedShapes(a, b Shape) Shape {
	out := make(Shape, max(len(a), len(b)))
	for i := range out {
		d := Fixed(1)
		if at := i - len(out) + len(a); at >= 0 {
			d = a[at]
		}
		if at := i - len(out) + len(b); at >= 0 {
			d = c.stretchedDim(d, b[at])
		}
		out[i] = d
	}
	return out
}

// stretchedDim: a length other than 1 decides; a named dimension may be 1.
func (c *call) stretchedDim(a, b Dim) Dim {
	switch {
	case a == Fixed(1):
		return b
	case b == Fixed(1) || a == b:
		return a
	case a.Known() && b.Known():
		c.fail("shapes do not broadcast: %d against %d", a.Size, b.Size)
	case a.Known():
		return a
	case b.Known():
		return b
	}
	return Sym("")
}
