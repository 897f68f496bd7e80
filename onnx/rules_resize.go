package onnx

import "math"

// resize: the shape that sizes (the fourth input) hold, or floor(length·scale).
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
	out := unknown(len(x))
	for i, d := range x {
		n := math.Floor(float64(d.Size) * float64(scales[i]))
		if d.Known() && n >= 0 && n <= maxDim {
			out[i] = Fixed(int64(n))
		}
	}
	c.give(0, t, out)
}
