package dataset

import (
	"math"
	"math/rand/v2"

	"fbnas/dataset/picture"
)

// operation is one of TrivialAugment's. Strengths are between 0 and most, in
// the operation's own unit, with either sign if it is signed.
type operation struct {
	name   string
	most   float64
	signed bool
	apply  func(c *canvas, strength float64)
}

// operations are those of TrivialAugment's wide space, table 4 of the paper, as
// in torchvision's TrivialAugmentWide. Translations are at most half of a side
// and at most 32 pixels: 32 pixels would leave nothing of an image of 28.
var operations = []operation{
	{"identity", 0, false, func(*canvas, float64) {}},
	{"shear_x", 0.99, true, func(c *canvas, s float64) { c.warp(matrix{xx: 1, xy: s, yy: 1}) }},
	{"shear_y", 0.99, true, func(c *canvas, s float64) { c.warp(matrix{xx: 1, yx: s, yy: 1}) }},
	{"translate_x", 1, true, func(c *canvas, s float64) { c.warp(matrix{xx: 1, yy: 1, x0: s * farthest(c.form.Width)}) }},
	{"translate_y", 1, true, func(c *canvas, s float64) { c.warp(matrix{xx: 1, yy: 1, y0: s * farthest(c.form.Height)}) }},
	{"rotate", 135, true, (*canvas).rotate},
	{"brightness", 0.99, true, func(c *canvas, s float64) { c.blend(s, func(int, int) int { return 0 }) }},
	{"color", 0.99, true, (*canvas).saturate},
	{"contrast", 0.99, true, (*canvas).contrast},
	{"sharpness", 0.99, true, (*canvas).sharpen},
	{"posterize", 6, false, (*canvas).posterize},
	{"solarize", 255, false, (*canvas).solarize},
	{"autocontrast", 0, false, func(c *canvas, _ float64) { c.eachPlane(stretch) }},
	{"equalize", 0, false, func(c *canvas, _ float64) { c.eachPlane(equalise) }},
}

// strength draws one of 31 strengths.
func (o operation) strength(rng *rand.Rand) float64 {
	const last = 30
	s := o.most * float64(rng.IntN(last+1)) / last
	if o.signed && rng.IntN(2) == 1 {
		s = -s
	}
	return s
}

func farthest(side int) float64 { return min(32, float64(side)/2) }

func (c *canvas) rotate(degrees float64) {
	sin, cos := math.Sincos(degrees * math.Pi / 180)
	c.warp(matrix{xx: cos, xy: -sin, yx: sin, yy: cos})
}

// blend moves every pixel away from another one by the strength, or towards it if
// the strength is negative: p + strength (p - other).
func (c *canvas) blend(strength float64, other func(channel, i int) int) {
	s := int(math.Round(strength * (1 << coordinateBits)))
	for channel := range c.form.Channels {
		plane := c.plane(channel)
		for i, p := range plane {
			q := other(channel, i)
			c.spare[channel*len(plane)+i] = limited(int(p) + (s*(int(p)-q)+1<<(coordinateBits-1))>>coordinateBits)
		}
	}
	c.swap()
}

func limited(v int) uint8 { return uint8(min(max(v, 0), 255)) }

// grey is the brightness of a pixel.
func (c *canvas) grey(i int) uint8 {
	if c.form.Channels == 1 {
		return c.pix[i]
	}
	plane := c.form.Height * c.form.Width
	return picture.Luma(c.pix[i], c.pix[i+plane], c.pix[i+2*plane])
}

// saturate leaves grey images as they are.
func (c *canvas) saturate(strength float64) {
	c.blend(strength, func(_, i int) int { return int(c.grey(i)) })
}

func (c *canvas) contrast(strength float64) {
	plane, sum := c.form.Height*c.form.Width, 0
	for i := range plane {
		sum += int(c.grey(i))
	}
	mean := (sum + plane/2) / plane
	c.blend(strength, func(int, int) int { return mean })
}

// sharpen moves pixels away from the mean of their neighbourhood, in which a pixel
// itself has weight 5 of 13; pixels at the border do not change.
func (c *canvas) sharpen(strength float64) {
	h, w := c.form.Height, c.form.Width
	c.blend(strength, func(channel, i int) int {
		plane, y, x := c.plane(channel), i/w, i%w
		if y == 0 || x == 0 || y == h-1 || x == w-1 {
			return int(plane[i])
		}
		sum := 4 * int(plane[i])
		for _, row := range [3]int{i - w, i, i + w} {
			sum += int(plane[row-1]) + int(plane[row]) + int(plane[row+1])
		}
		return (sum + 6) / 13
	})
}

// posterize clears this number of the last bits.
func (c *canvas) posterize(bits float64) {
	mask := uint8(0xff << int(math.Round(bits)))
	for i := range c.pix {
		c.pix[i] &= mask
	}
}

// solarize inverts the bright pixels: all from 255 - range on.
func (c *canvas) solarize(span float64) {
	from := uint8(255 - math.Round(span))
	for i, p := range c.pix {
		if p >= from {
			c.pix[i] = 255 - p
		}
	}
}

// eachPlane replaces the pixels of each channel by a table made of their
// histogram.
func (c *canvas) eachPlane(table func(count *[256]int, pixels int) [256]uint8) {
	for channel := range c.form.Channels {
		plane := c.plane(channel)
		var count [256]int
		for _, p := range plane {
			count[p]++
		}
		t := table(&count, len(plane))
		for i, p := range plane {
			plane[i] = t[p]
		}
	}
}

// stretch maps the darkest pixel to black and the brightest to white.
func stretch(count *[256]int, _ int) (table [256]uint8) {
	low, high := 0, 255
	for low < high && count[low] == 0 {
		low++
	}
	for high > low && count[high] == 0 {
		high--
	}
	for v := range table {
		if table[v] = uint8(v); high > low {
			table[v] = limited(((v-low)*255 + (high-low)/2) / (high - low))
		}
	}
	return table
}

// equalise gives every brightness about as many pixels, as Pillow's does.
func equalise(count *[256]int, pixels int) (table [256]uint8) {
	last := 0
	for v, n := range count {
		if n > 0 {
			last = n
		}
		table[v] = uint8(v)
	}
	step := (pixels - last) / 255
	if step == 0 {
		return table
	}
	sum := step / 2
	for v, n := range count {
		table[v] = limited(sum / step)
		sum += n
	}
	return table
}
