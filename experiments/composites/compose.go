package main

import (
	"bytes"
	"cmp"
	"fmt"
	"image"
	"image/jpeg"
	"math"
	"math/rand/v2"
	"path"
	"slices"

	"fbnas/internal/random"
)

// picture is one file of the data set and what is drawn for it.
type picture struct {
	path   string // below the data set's folder, with slashes
	side   side
	emoji  string
	vendor drawings
	draws  *rand.Rand // all further draws
}

// picture draws which emoji of which vendor a picture shows. The emoji of a class take
// turns.
func (w world) picture(s side, c class, number int) picture {
	r := random.New(w.Seed, "composite "+s.String()+" "+c.name, uint64(number))
	p := picture{side: s, emoji: c.emoji[number%len(c.emoji)], draws: r}
	var have []drawings
	for _, v := range w.vendors[s] {
		if _, ok := v.sprites[p.emoji]; ok {
			have = append(have, v)
		}
	}
	p.vendor = have[r.IntN(len(have))]
	p.path = path.Join(s.String(), c.name, fmt.Sprintf("%04d-%s-%s.jpg", number, p.emoji, p.vendor.name))
	return p
}

// compose makes the picture: a JPEG file. It may be called once for a picture.
func (w world) compose(p picture) ([]byte, error) {
	sprite, err := p.vendor.load(p.emoji)
	if err != nil {
		return nil, err
	}
	out := w.crop(p.draws, p.side)
	object, length := w.object(p.draws, sprite)
	drawTone(p.draws, w.Jitter).apply(object)
	over(out, object)
	w.cover(p.draws, out, object, length, p.side)
	var file bytes.Buffer
	err = jpeg.Encode(&file, out, &jpeg.Options{Quality: quality})
	return file.Bytes(), err
}

// crop cuts a square out of a photograph of the side, from 15 % of its shorter
// side up to all of it, perhaps mirrored, in other colours.
func (w world) crop(r *rand.Rand, s side) *image.RGBA {
	levels := w.photos[s][r.IntN(len(w.photos[s]))].levels
	width, height := levels[0].Rect.Dx(), levels[0].Rect.Dy()
	cut := int(float64(min(width, height)) * math.Exp(between(r, math.Log(0.15), 0)))
	x, y := r.IntN(width-cut+1), r.IntN(height-cut+1)
	mirrored := r.IntN(2) == 1

	// The smallest copy that has a pixel or more for each of the picture's.
	level := 0
	for level+1 < len(levels) && cut>>(level+1) >= w.Size {
		level++
	}
	step := int64(cut) * one / int64(w.Size) >> level
	m := affine{xx: step, x0: int64(x) * one >> level, yy: step, y0: int64(y) * one >> level}
	if mirrored {
		m.xx, m.x0 = -step, int64(x+cut)*one>>level-1
	}
	out := image.NewRGBA(image.Rect(0, 0, w.Size, w.Size))
	average(out, levels[level], m, points(step))
	drawTone(r, w.Jitter).apply(out)
	return out
}

// object lays the sprite, scaled and turned, somewhere inside an empty picture.
// length is its longer side in pixels.
func (w world) object(r *rand.Rand, sprite *image.RGBA) (picture *image.RGBA, length float64) {
	width, height := sprite.Rect.Dx(), sprite.Rect.Dy()
	length = between(r, w.ScaleMin, w.ScaleMax) * float64(w.Size)
	step := float64(max(width, height)) / length
	degrees := r.IntN(2*w.Rotate+1) - w.Rotate
	sin, cos := math.Sincos(float64(degrees) * math.Pi / 180)
	sin, cos = math.Abs(sin), math.Abs(cos)
	middle := func(half float64) int64 {
		u, size := r.Float64(), float64(w.Size)
		if 2*half > size {
			return fixed(size / 2)
		}
		return fixed(half + u*(size-2*half))
	}
	at := place{
		x:    middle((float64(width)*cos + float64(height)*sin) / step / 2),
		y:    middle((float64(width)*sin + float64(height)*cos) / step / 2),
		step: fixed(step), degrees: degrees,
	}
	picture = image.NewRGBA(image.Rect(0, 0, w.Size, w.Size))
	average(picture, sprite, at.of(sprite.Rect.Size()), points(at.step))
	return picture, length
}

// opaque is the opacity of 255 from which a pixel counts as one of the object's.
const opaque = 128

// cover hides a share of the object behind a rectangle of another photograph that
// comes from a random side.
func (w world) cover(r *rand.Rand, out, object *image.RGBA, length float64, s side) {
	share, degrees := between(r, 0, w.Hide), r.IntN(360)
	beyond := [3]int64{fixed(length * r.Float64() / 3), fixed(length * r.Float64() / 3), fixed(length * r.Float64() / 3)}
	other := w.crop(r, s)
	sin, cos := math.Sincos(float64(degrees) * math.Pi / 180)
	across, along := fixed(cos), fixed(sin)
	depth := func(x, y int) int64 { return across*int64(x) + along*int64(y) }
	offset := func(x, y int) int64 { return across*int64(y) - along*int64(x) }

	var pixels []image.Point
	eachPixel(object, func(x, y int) {
		if object.Pix[object.PixOffset(x, y)+3] >= opaque {
			pixels = append(pixels, image.Pt(x, y))
		}
	})
	hidden := int(share * float64(len(pixels)))
	if hidden == 0 {
		return
	}
	slices.SortFunc(pixels, func(a, b image.Point) int {
		return cmp.Or(cmp.Compare(depth(b.X, b.Y), depth(a.X, a.Y)), cmp.Compare(offset(a.X, a.Y), offset(b.X, b.Y)))
	})
	first := pixels[hidden-1]
	near, far := depth(first.X, first.Y), depth(pixels[0].X, pixels[0].Y)+beyond[0]
	left, right := int64(math.MaxInt64), int64(math.MinInt64)
	for _, p := range pixels[:hidden] {
		left, right = min(left, offset(p.X, p.Y)), max(right, offset(p.X, p.Y))
	}
	eachPixel(out, func(x, y int) {
		if d, o := depth(x, y), offset(x, y); d >= near && d <= far && o >= left-beyond[1] && o <= right+beyond[2] {
			at := out.PixOffset(x, y)
			copy(out.Pix[at:at+4], other.Pix[at:at+4])
		}
	})
}

func eachPixel(img *image.RGBA, do func(x, y int)) {
	for y := range img.Rect.Dy() {
		for x := range img.Rect.Dx() {
			do(x, y)
		}
	}
}
