package main

import (
	"image"
	"math"
	"math/rand/v2"
)

// tone changes colours: out = matrix·in + shift·opacity, in 1/65536.
type tone struct {
	matrix [3][3]int64
	shift  int64
}

// luma are the weights of red, green and blue in brightness.
var luma = [3]float64{0.213, 0.715, 0.072}

// quadrature turns a colour by 90 degrees around grey, as in SVG's hueRotate.
var quadrature = [3][3]float64{{-0.213, -0.715, 0.928}, {0.143, 0.140, -0.283}, {-0.787, 0.715, 0.072}}

// drawTone draws a tone: at an amount of 1, the hue turns by up to 90 degrees,
// saturation changes by up to its own size, contrast by half of it and brightness
// by 30 %, each in both directions.
func drawTone(r *rand.Rand, amount float64) tone {
	draw := func() float64 { return between(r, -amount, amount) }
	return newTone(draw()*math.Pi/2, 1+draw(), 1+draw()/2, draw()*0.3)
}

// newTone turns the hue by an angle, multiplies saturation and contrast, and adds
// to the brightness.
func newTone(angle, saturation, contrast, brightness float64) tone {
	sin, cos := math.Sincos(angle)
	t := tone{shift: fixed((1-contrast)/2 + brightness)}
	for i := range 3 {
		for j := range 3 {
			grey, same := luma[j], 0.0
			if i == j {
				same = 1
			}
			turned := grey + cos*(same-grey) + sin*quadrature[i][j]
			t.matrix[i][j] = fixed(contrast * (grey + saturation*(turned-grey)))
		}
	}
	return t
}

// apply changes a picture whose colours are multiplied by its opacity.
func (t tone) apply(img *image.RGBA) {
	for i := 0; i < len(img.Pix); i += 4 {
		p := img.Pix[i : i+4 : i+4]
		in, opacity := [3]int64{int64(p[0]), int64(p[1]), int64(p[2])}, int64(p[3])
		for k, row := range t.matrix {
			v := (row[0]*in[0] + row[1]*in[1] + row[2]*in[2] + t.shift*opacity + one/2) >> 16
			p[k] = uint8(min(max(v, 0), opacity))
		}
	}
}

// between draws from [lo, hi).
func between(r *rand.Rand, lo, hi float64) float64 { return lo + (hi-lo)*r.Float64() }
