package onnx

import "math"

// resize: the shape in sizes (the fourth input), or floor(length·scale).
// Scales that are not constant, and crops to a region of interest, leave the
// lengths unknown. Source: ONNX Resize, opsets 10 to 19.
func resize(c *call) {
	t, x := c.input(0).Type, c.input(0).Shape
	c.give(0, t, nil)
	if x == nil {
		return
	}
	c.give(0, t, unknown(len(x)))
	if c.attribute("axes") != nil || c.attrString("keep_aspect_ratio_policy", "stretch") != "stretch" {
		return
	}
	if c.has(3) {
		if sizes, ok := c.shapeInput(3, 0); ok {
			c.equal("sizes against dimensions", Fixed(len(sizes)), Fixed(len(x)))
			c.give(0, t, sizes)
		}
		return
	}
	at := 2
	if c.opset < 11 {
		at = 1
	}
	if !c.has(at) {
		return
	}
	scales, ok := c.scales[c.node.Input[at]]
	if !ok || c.attrString("coordinate_transformation_mode", "") == "tf_crop_and_resize" {
		return
	}
	c.equal("scales against dimensions", Fixed(len(scales)), Fixed(len(x)))
	c.give(0, t, scaled(x, scales))
}

// scaled is floor(length·scale) of each dimension.
func scaled(x Shape, scales []float32) Shape {
	out := unknown(len(x))
	for i, d := range x {
		n := math.Floor(float64(d.Size) * float64(scales[i]))
		if d.Known() && n >= 0 && n <= maxDim {
			out[i] = Fixed(int64(n))
		}
	}
	return out
}

// depthToSpace: [N,C·b²,H,W] -> [N,C,H·b,W·b].
func depthToSpace(c *call) {
	c.give(0, c.input(0).Type, nil)
	c.rank(0, 4)
	if x, b := c.input(0).Shape, c.blockSize(); x != nil {
		c.give(0, c.input(0).Type, Shape{x[0], c.quotient(x[1], b*b), c.product(x[2], Fixed(b)), c.product(x[3], Fixed(b))})
	}
}

// spaceToDepth: [N,C,H·b,W·b] -> [N,C·b²,H,W].
func spaceToDepth(c *call) {
	c.give(0, c.input(0).Type, nil)
	c.rank(0, 4)
	if x, b := c.input(0).Shape, c.blockSize(); x != nil {
		c.give(0, c.input(0).Type, Shape{x[0], c.product(x[1], Fixed(b*b)), c.quotient(x[2], b), c.quotient(x[3], b)})
	}
}

func (c *call) blockSize() int64 {
	b := c.attrInt("blocksize", 0)
	if b < 1 || b > 1<<20 {
		c.fail("blocksize %d", b)
	}
	return b
}

func (c *call) quotient(d Dim, by int64) Dim {
	if !d.Known() {
		return Sym("")
	}
	if d.Size%by != 0 {
		c.fail("%d is not a multiple of %d", d.Size, by)
	}
	return Fixed(d.Size / by)
}
