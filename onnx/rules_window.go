package onnx

import "math"

// window says how a kernel moves over the spatial axes.
type window struct {
	kernel, strides, dilations, pads []int64 // pads: all begins, then all ends
	auto                             string
}

// window reads the attributes that convolutions and pooling share; kernel is
// nil if its size is unknown.
func (c *call) window(kernel []int64, spatial int) window {
	w := window{kernel: kernel, auto: c.attrString("auto_pad", "NOTSET")}
	if c.attribute("kernel_shape") != nil {
		w.kernel = c.perAxis("kernel_shape", spatial, 1, 1)
		for k := range kernel {
			c.equal("kernel_shape against weights", Fixed(kernel[k]), Fixed(w.kernel[k]))
		}
	}
	for _, k := range w.kernel {
		if k < 1 || k > math.MaxInt32 {
			c.fail("a kernel of shape %v", w.kernel)
		}
	}
	w.strides = c.perAxis("strides", spatial, 1, 1)
	w.dilations = c.perAxis("dilations", spatial, 1, 1)
	w.pads = c.perAxis("pads", 2*spatial, 0, 0)
	switch w.auto {
	case "NOTSET", "VALID", "SAME_UPPER", "SAME_LOWER":
	default:
		c.fail("auto_pad %q", w.auto)
	}
	return w
}

// reach is the length that the kernel covers along an axis.
func (w window) reach(axis int) int64 { return (w.kernel[axis]-1)*w.dilations[axis] + 1 }

// slid is the number of positions of the window along each spatial axis.
// Source: ONNX Conv and MaxPool. With ceil, a last position that begins in the
// end padding does not count, as in ONNX Runtime.
func (c *call) slid(in Shape, w window, ceil bool) Shape {
	out := make(Shape, len(in))
	for axis, d := range in {
		if out[axis] = Sym(""); !d.Known() {
			continue
		}
		stride, begin, end := w.strides[axis], w.pads[axis], w.pads[len(in)+axis]
		if w.auto == "SAME_UPPER" || w.auto == "SAME_LOWER" {
			out[axis] = Fixed((d.Size + stride - 1) / stride)
			continue
		}
		if w.auto == "VALID" {
			begin, end = 0, 0
		}
		if w.kernel == nil {
			continue
		}
		room := d.Size + begin + end - w.reach(axis)
		if room < 0 {
			c.fail("a window of %d on %d with padding %d and %d", w.reach(axis), d.Size, begin, end)
		}
		n := room/stride + 1
		if ceil && room%stride != 0 && n*stride < d.Size+begin {
			n++
		}
		out[axis] = Fixed(n)
	}
	return out
}

// filters reads the parts of a weight tensor [a, b, kernel...] for an input with
// n spatial axes; the kernel is nil if it is unknown.
func (c *call) filters(n int) (a, b Dim, kernel []int64) {
	c.rank(1, n+2)
	w := c.input(1).Shape
	if w == nil {
		return Sym(""), Sym(""), nil
	}
	if k, ok := w[2:].Lengths(); ok {
		kernel = k
	}
	return w[0], w[1], kernel
}

func (c *call) spatialInput() (Shape, bool) {
	x := c.input(0).Shape
	if x != nil && len(x) < 3 {
		c.fail("input of shape %v has no spatial dimensions", x)
	}
	return x, x != nil
}

// conv: x [N,C,D...], w [M,C/group,K...], b [M] -> [N,M,...].
func conv(c *call) {
	t := c.sameType(0, 1, 2, 3)
	c.float(0)
	c.give(0, t, nil)
	x, ok := c.spatialInput()
	if !ok {
		return
	}
	m, perGroup, kernel := c.filters(len(x) - 2)
	group := c.group()
	c.equal("channels of the input against weights times group", x[1], c.product(perGroup, Fixed(group)))
	if m.Known() && m.Size%group != 0 {
		c.fail("%d filters in %d groups", m.Size, group)
	}
	if c.rank(2, 1); c.input(2).Shape != nil {
		m = c.equal("filters against biases", m, c.input(2).Shape[0])
	}
	out := Shape{x[0], m}
	c.give(0, t, append(out, c.slid(x[2:], c.window(kernel, len(x)-2), false)...))
}

func (c *call) group() int64 {
	group := c.attrInt("group", 1)
	if group < 1 || group > maxDim {
		c.fail("group %d", group)
	}
	return group
}

// convTranspose: x [N,C,D...], w [C,M/group,K...], b [M] -> [N,M,...].
func convTranspose(c *call) {
	t := c.sameType(0, 1, 2)
	c.float(0)
	c.give(0, t, nil)
	x, ok := c.spatialInput()
	if !ok {
		return
	}
	spatial := len(x) - 2
	channels, perGroup, kernel := c.filters(spatial)
	c.equal("channels of the input against weights", x[1], channels)
	out := Shape{x[0], c.product(perGroup, Fixed(c.group()))}
	w := c.window(kernel, spatial)
	extra := c.perAxis("output_padding", spatial, 0, 0)
	asked := c.perAxis("output_shape", spatial, 0, 0)
	for axis, d := range x[2:] {
		out = append(out, c.unslid(d, w, axis, extra[axis], asked[axis]))
	}
	c.give(0, t, out)
}

// unslid is the length of one axis of a transposed convolution; asked is 0
// if the node does not fix it. Source: ONNX ConvTranspose.
func (c *call) unslid(d Dim, w window, axis int, extra, asked int64) Dim {
	switch {
	case asked > 0:
		return Fixed(asked)
	case !d.Known():
		return Sym("")
	case w.auto == "SAME_UPPER" || w.auto == "SAME_LOWER":
		return c.product(d, Fixed(w.strides[axis]))
	case w.kernel == nil:
		return Sym("")
	}
	pads := w.pads[axis] + w.pads[len(w.pads)/2+axis]
	if w.auto == "VALID" {
		pads = 0
	}
	n := c.product(d, Fixed(w.strides[axis])).Size - w.strides[axis] + extra + w.reach(axis) - pads
	if n < 0 {
		c.fail("padding %d leaves nothing of axis %d", pads, axis)
	}
	return Fixed(n)
}

// pool: x [N,C,D...] -> [N,C,...], and for MaxPool the indices.
func pool(c *call) {
	c.give(0, c.input(0).Type, nil)
	c.give(1, Int64, nil)
	x, ok := c.spatialInput()
	if !ok {
		return
	}
	if c.attribute("kernel_shape") == nil {
		c.fail("attribute kernel_shape is missing")
	}
	w := c.window(nil, len(x)-2)
	out := append(Shape{x[0], x[1]}, c.slid(x[2:], w, c.attrInt("ceil_mode", 0) != 0)...)
	c.give(0, c.input(0).Type, out)
	c.give(1, Int64, out)
}

func globalPool(c *call) {
	x, ok := c.spatialInput()
	if !ok {
		c.give(0, c.float(0), nil)
		return
	}
	out := Shape{x[0], x[1]}
	for range x[2:] {
		out = append(out, Fixed(1))
	}
	c.give(0, c.float(0), out)
}

// batchNorm: x [N,C,...], scale, bias, mean and variance [C]; in training mode
// also the running mean and variance.
func batchNorm(c *call) {
	channels := Sym("")
	if x := c.input(0).Shape; len(x) > 1 {
		channels = x[1]
	} else if len(x) == 1 {
		channels = Fixed(1)
	}
	if c.attrInt("spatial", 1) == 0 { // statistics of each element, before opset 9
		c.give(0, c.float(0), c.input(0).Shape)
		return
	}
	for i := 1; i < 5; i++ {
		if c.rank(i, 1); c.input(i).Shape != nil {
			channels = c.equal("channels against statistics", channels, c.input(i).Shape[0])
		}
	}
	if c.opset >= 14 && len(c.out) > 1 && c.attrInt("training_mode", 0) == 0 {
		c.fail("%d outputs without training_mode", len(c.out))
	}
	c.give(0, c.float(0), c.input(0).Shape)
	for i := 1; i < len(c.out); i++ {
		c.give(i, c.input(3).Type, Shape{channels})
	}
}
