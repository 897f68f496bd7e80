package onnx

// native are fbnas's own operators (engine/ort/native) on maps that lie as
// blocks of channels. Such a map does not tell the number of channels, a vector
// does.
var native = []operator{
	{"BatchNorm", 1, span{3, 4}, three, attrs{"act": i1, "epsilon": f1}, nativeNorm},
	{"BatchNormGrad", 1, span{6, 6}, three, attrs{"act": i1, "epsilon": f1}, nativeNormGrad},
	{"Elementwise", 1, span{1, many}, span{1, many}, attrs{"shape": iN, "code": iN, "constants": fN, "results": iN}, nativeElementwise},
}

// nativeNorm: x, scale, shift, perhaps a map to add; the map, mean, variance.
func nativeNorm(c *call) { c.likeMap(0, 1, 2) }

// nativeNormGrad: dy, x, mean, variance, scale, shift; dx, dscale, dshift.
func nativeNormGrad(c *call) { c.likeMap(1, 4, 5) }

// likeMap gives a map like input x and two vectors like inputs scale and shift.
func (c *call) likeMap(x, scale, shift int) {
	t := c.float(x)
	c.rank(scale, 1)
	c.rank(shift, 1)
	vector := c.input(scale).Shape
	if other := c.input(shift).Shape; vector != nil && other != nil {
		c.equal("scale and shift", vector[0], other[0])
	}
	c.give(0, t, c.input(x).Shape)
	c.give(1, t, vector)
	c.give(2, t, vector)
}

// nativeElementwise: tensors of shape's number of elements, or of one; outputs
// have that shape.
func nativeElementwise(c *call) {
	var shape Shape
	if a := c.attribute("shape"); a != nil {
		shape = Dims(a.Ints...)
	}
	size := c.product(shape...)
	for i := range c.in {
		n := c.product(c.input(i).Shape...)
		if c.input(i).Shape != nil && n.Known() && n.Size != 1 && n.Size != size.Size {
			c.fail("input %d has %v elements, not %v", i, n, size)
		}
		c.float(i)
	}
	for i := range c.out {
		c.give(i, Float32, shape)
	}
}
