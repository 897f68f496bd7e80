package onnx

// reorderInput: [N,C,...] or, with channels_last, [N,...,C] to blocks of
// channels; how far C is padded depends on the processor.
func reorderInput(c *call) {
	t, x := c.float(0), c.input(0).Shape
	c.give(0, t, nil)
	switch {
	case x == nil:
	case len(x) < 2:
		c.fail("input of shape %v has no channels", x)
	case c.attrInt("channels_last", 0) != 0:
		c.give(0, t, append(Shape{x[0], Sym("")}, x[1:len(x)-1]...))
	default:
		c.give(0, t, append(Shape{x[0], Sym("")}, x[2:]...))
	}
}

// reorderOutput: blocks of channels to [N,C,...] or, with channels_last,
// [N,...,C], with C from the attribute channels.
func reorderOutput(c *call) {
	t, x := c.float(0), c.input(0).Shape
	c.give(0, t, nil)
	channels := c.attrInt("channels", 0)
	switch {
	case channels < 1:
		c.fail("%d channels", channels)
	case x == nil:
	case len(x) < 2:
		c.fail("input of shape %v has no channels", x)
	case c.attrInt("channels_last", 0) != 0:
		c.give(0, t, append(append(Shape{x[0]}, x[2:]...), Fixed(channels)))
	default:
		c.give(0, t, append(Shape{x[0], Fixed(channels)}, x[2:]...))
	}
}

// upsample: every dimension times its entry of scales.
func upsample(c *call) {
	t, x := c.float(0), c.input(0).Shape
	c.give(0, t, nil)
	if x == nil || c.attribute("scales") == nil {
		return
	}
	out := make(Shape, len(x))
	for i, scale := range c.perAxis("scales", len(x), 1, 1) {
		out[i] = c.product(x[i], Fixed(scale))
	}
	c.give(0, t, out)
}
