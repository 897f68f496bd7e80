package main

import (
	"image"
	"image/draw"
	"math"
)

// one is 1 in the whole numbers that places and factors are kept in: 16 bits
// behind the point. Sums of them are the same on every processor.
const one = 1 << 16

// fixed rounds to such a number.
func fixed(v float64) int64 { return int64(math.Round(v * one)) }

// affine takes a point of a picture that is made to one of its source: (x, y) to
// (xx·x + xy·y + x0, yx·x + yy·y + y0).
type affine struct{ xx, xy, x0, yx, yy, y0 int64 }

// place is where a source lies in a picture: its middle is at (x, y), a pixel of
// the picture is step pixels of the source wide, and it is turned by so many degrees.
type place struct {
	x, y, step int64
	degrees    int
}

// of takes points of the picture to those of a source of the given size.
func (p place) of(source image.Point) affine {
	sin, cos := math.Sincos(float64(p.degrees) * math.Pi / 180)
	s, c := fixed(sin)*p.step/one, fixed(cos)*p.step/one
	return affine{
		xx: c, xy: s, x0: int64(source.X)*one/2 - (c*p.x+s*p.y)/one,
		yx: -s, yy: c, y0: int64(source.Y)*one/2 - (c*p.y-s*p.x)/one,
	}
}

// average fills dst with the mean of n by n points of the source in each pixel.
// Points outside of it are transparent.
func average(dst, src *image.RGBA, m affine, n int64) {
	w, h := int64(src.Rect.Dx()), int64(src.Rect.Dy())
	for y := range int64(dst.Rect.Dy()) {
		for x := range int64(dst.Rect.Dx()) {
			var sum [4]int64
			for j := range n {
				v := y*2*n + 2*j + 1
				for i := range n {
					u := x*2*n + 2*i + 1
					sx, sy := (m.x0+(m.xx*u+m.xy*v)/(2*n))>>16, (m.y0+(m.yx*u+m.yy*v)/(2*n))>>16
					if sx < 0 || sy < 0 || sx >= w || sy >= h {
						continue
					}
					p := src.Pix[sy*int64(src.Stride)+sx*4:]
					sum[0] += int64(p[0])
					sum[1] += int64(p[1])
					sum[2] += int64(p[2])
					sum[3] += int64(p[3])
				}
			}
			at := dst.Pix[y*int64(dst.Stride)+x*4:]
			for k, s := range sum {
				at[k] = uint8((s + n*n/2) / (n * n))
			}
		}
	}
}

// points is how many points a pixel that is so many pixels of the source wide
// needs in each direction.
func points(step int64) int64 { return max(2, (step+one-1)/one) }

// shrink makes a photograph's shorter side as small as given; a smaller one stays
// as it is.
func shrink(img *image.RGBA, side int) *image.RGBA {
	w, h := img.Rect.Dx(), img.Rect.Dy()
	if min(w, h) <= side {
		return img
	}
	step := int64(min(w, h)) * one / int64(side)
	out := image.NewRGBA(image.Rect(0, 0, int(int64(w)*one/step), int(int64(h)*one/step)))
	average(out, img, affine{xx: step, yy: step}, points(step))
	return out
}

// rgba is an image in the form that all else works on, from (0, 0).
func rgba(img image.Image) *image.RGBA {
	out := image.NewRGBA(image.Rectangle{Max: img.Bounds().Size()})
	draw.Draw(out, out.Rect, img, img.Bounds().Min, draw.Src)
	return out
}

// over lays a picture on another one of the same size.
func over(dst, top *image.RGBA) {
	for i := 0; i < len(dst.Pix); i += 4 {
		rest := 255 - int(top.Pix[i+3])
		for k := range 4 {
			dst.Pix[i+k] = uint8(int(top.Pix[i+k]) + (int(dst.Pix[i+k])*rest+127)/255)
		}
	}
}
