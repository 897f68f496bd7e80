package dataset

import "fbnas/internal/chw"

// canvas is an image of planes of 8-bit pixels and room for another. All
// arithmetic on it is in integers, so that every processor makes the same
// pixels.
type canvas struct {
	form       chw.Shape
	pix, spare []uint8
}

func newCanvas(f chw.Shape) canvas {
	return canvas{form: f, pix: make([]uint8, f.Size()), spare: make([]uint8, f.Size())}
}

// plane is a channel's pixels.
func (c *canvas) plane(channel int) []uint8 {
	size := c.form.Height * c.form.Width
	return c.pix[channel*size:][:size]
}

func (c *canvas) swap() { c.pix, c.spare = c.spare, c.pix }

// Coordinates and weights have this number of binary digits after the point.
const (
	coordinateBits = 16
	weightBits     = 8
	one            = 1 << weightBits
)

// resize scales a part of the image up to the whole size, bilinearly. It only
// enlarges, so it need not smooth.
func (c *canvas) resize(part crop) {
	h, w := c.form.Height, c.form.Width
	columns := make([]sample, w)
	for x := range columns {
		columns[x] = between(x, w, part.x, part.width)
	}
	for channel := range c.form.Channels {
		plane, out := c.plane(channel), c.spare[channel*h*w:]
		for y := range h {
			row := between(y, h, part.y, part.height)
			above, below := plane[row.at*w:][:w], plane[row.next*w:][:w]
			for x, col := range columns {
				top := int(above[col.at])*(one-col.weight) + int(above[col.next])*col.weight
				bottom := int(below[col.at])*(one-col.weight) + int(below[col.next])*col.weight
				out[y*w+x] = rounded(top*(one-row.weight) + bottom*row.weight)
			}
		}
	}
	c.swap()
}

// sample is a place between two neighbours on an axis; weight, a fraction of one,
// is the second's.
type sample struct{ at, next, weight int }

// between is the place of the centre of pixel i of n in the part of an axis that
// begins at `from`; it never goes beyond the part's outermost pixels.
func between(i, n, from, length int) sample {
	place := (2*i+1)*length*one/(2*n) - one/2
	place = min(max(place, 0), (length-1)*one)
	at := place / one
	return sample{from + at, from + min(at+1, length-1), place % one}
}

// rounded is a sum of pixels with two weights each.
func rounded(sum int) uint8 { return uint8((sum + one*one/2) / (one * one)) }

// matrix says for each place of a new image which place of the old one it shows,
// both as (x, y) from the centre: (xx*x + xy*y + x0, yx*x + yy*y + y0).
type matrix struct{ xx, xy, x0, yx, yy, y0 float64 }

// warp is the affine transformation of the image, bilinearly; places
// outside of it are black.
func (c *canvas) warp(m matrix) {
	h, w := c.form.Height, c.form.Width
	fixed := func(v float64) int { return int(v * (1 << coordinateBits)) }
	xx, xy, yx, yy := fixed(m.xx), fixed(m.xy), fixed(m.yx), fixed(m.yy)
	// The first pixel's centre; half pixels make it exact for odd sizes.
	x0 := fixed(m.x0) + fixed(float64(w-1)/2) - (xx*(w-1)+xy*(h-1))/2
	y0 := fixed(m.y0) + fixed(float64(h-1)/2) - (yx*(w-1)+yy*(h-1))/2
	for y := range h {
		for x := range w {
			sx, sy := x0+xx*x+xy*y, y0+yx*x+yy*y
			at := corner{sy >> coordinateBits, sx >> coordinateBits,
				sy >> (coordinateBits - weightBits) & (one - 1), sx >> (coordinateBits - weightBits) & (one - 1)}
			for channel := range c.form.Channels {
				c.spare[(channel*h+y)*w+x] = at.pixel(c.plane(channel), h, w)
			}
		}
	}
	c.swap()
}

// corner is the upper left one of four pixels, with the weights of those
// below and to the right.
type corner struct{ y, x, down, right int }

func (k corner) pixel(plane []uint8, h, w int) uint8 {
	if k.y >= 0 && k.x >= 0 && k.y < h-1 && k.x < w-1 {
		p := plane[k.y*w+k.x:]
		top := int(p[0])*(one-k.right) + int(p[1])*k.right
		bottom := int(p[w])*(one-k.right) + int(p[w+1])*k.right
		return rounded(top*(one-k.down) + bottom*k.down)
	}
	at := func(y, x, weight int) int {
		if y < 0 || x < 0 || y >= h || x >= w {
			return 0
		}
		return int(plane[y*w+x]) * weight
	}
	return rounded(at(k.y, k.x, (one-k.down)*(one-k.right)) + at(k.y, k.x+1, (one-k.down)*k.right) +
		at(k.y+1, k.x, k.down*(one-k.right)) + at(k.y+1, k.x+1, k.down*k.right))
}
