package onnx

// native are fbnas's own operators (engine/ort/native) on maps stored in
// blocks of channels. The shape of such a map does not show the number of channels, that
// of a vector does.
var native = []operator{
	{"BatchNorm", 1, span{3, 4}, three, attrs{"act": i1, "epsilon": f1}, nativeNorm},
	{"BatchNormGrad", 1, span{6, 6}, three, attrs{"act": i1, "epsilon": f1}, nativeNormGrad},
	{"Separable", 1, span{6, 6}, span{5, 5}, separableAttrs, nativeSeparable},
	{"SeparableGrad", 1, span{11, 11}, span{6, 6}, separableAttrs, nativeSeparableGrad},
	{"Elementwise", 1, span{1, many}, span{1, many}, attrs{"shape": iN, "code": iN, "constants": fN, "results": iN}, nativeElementwise},
}

var separableAttrs = attrs{"act": i1, "epsilon": f1, "act2": i1, "epsilon2": f1, "lanes": i1,
	"height": i1, "width": i1, "kernel": i1, "stride": i1, "pad": i1}

// nativeNorm: x, scale, shift, perhaps a map to add; the map, mean, variance.
func nativeNorm(c *call) { c.likeMap(0, 1, 2) }

// nativeNormGrad: dy, x, mean, variance, scale, shift; dx, dscale, dshift.
func nativeNormGrad(c *call) { c.likeMap(1, 4, 5) }

// nativeSeparable: x, scale1, shift1, w, scale2, shift2; the map, mean1,
// variance1, mean2, variance2.
func nativeSeparable(c *call) {
	t := c.float(0)
	c.rank(0, 4)
	for _, vector := range []int{1, 2, 4, 5} {
		c.rank(vector, 1)
	}
	x := c.input(0).Shape
	if x == nil {
		return
	}
	kernel, stride, pad := c.attrInt("kernel", 0), c.attrInt("stride", 0), c.attrInt("pad", 0)
	out := func(size int64) Dim {
		if stride < 1 || kernel < 1 || pad < 0 || pad >= kernel || size < 1 || size+2*pad < kernel {
			c.fail("%d pixels, kernel %d, stride %d, pad %d", size, kernel, stride, pad)
		}
		return Fixed((size+2*pad-kernel)/stride + 1)
	}
	c.give(0, t, Shape{x[0], x[1], out(c.attrInt("height", 0)), out(c.attrInt("width", 0))})
	for i, vector := range []int{1, 1, 4, 4} {
		c.give(1+i, t, c.input(vector).Shape)
	}
}

// nativeSeparableGrad: dy, x, mean1, variance1, mean2, variance2, scale1,
// shift1, w, scale2, shift2; the gradients of x, scale1, shift1, w, scale2,
// shift2.
func nativeSeparableGrad(c *call) {
	t := c.float(0)
	for i, like := range []int{1, 6, 7, 8, 9, 10} {
		c.give(i, t, c.input(like).Shape)
	}
}

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
