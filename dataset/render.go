package dataset

import (
	"fmt"
	"math/rand/v2"
)

// Augment is what a training image goes through. The zero value does nothing.
type Augment struct {
	// PadCrop pads every side with that many black pixels and crops the
	// image's own size at a random place.
	PadCrop int
	// Flip mirrors the image left to right with probability one half.
	Flip bool
}

// view is one draw of an augmentation: the crop's place relative to the image
// (in −PadCrop … PadCrop) and whether it is mirrored.
type view struct {
	dy, dx int
	mirror bool
}

func (a Augment) draw(rng *rand.Rand) view {
	var v view
	if a.PadCrop > 0 {
		v.dy, v.dx = rng.IntN(2*a.PadCrop+1)-a.PadCrop, rng.IntN(2*a.PadCrop+1)-a.PadCrop
	}
	if a.Flip {
		v.mirror = rng.IntN(2) == 1
	}
	return v
}

// renderer turns raw images into normalised ones. It has scratch memory: one
// goroutine uses it.
type renderer struct {
	src   source
	form  shape
	scale [][256]float32 // by output channel: pixel to normalised value
	raw   []uint8
}

func newRenderer(s *Split) *renderer {
	r := &renderer{src: s.src, form: s.src.shape(), raw: make([]uint8, s.src.shape().size())}
	r.scale = make([][256]float32, len(s.set.Mean))
	for c := range r.scale {
		for v := range 256 {
			r.scale[c][v] = (float32(v)/255 - s.set.Mean[c]) / s.set.Std[c]
		}
	}
	return r
}

// render writes source image i, seen by v, to dst, [channels, height, width].
// Pixels outside the image are black before normalisation.
func (r *renderer) render(i int, v view, dst []float32) error {
	if err := r.src.pixels(i, r.raw); err != nil {
		return fmt.Errorf("image %d: %w", i, err)
	}
	h, w := r.form.height, r.form.width
	// Columns lo ≤ x < hi of the crop lie on the image.
	lo, hi := max(0, -v.dx), min(w, w-v.dx)
	for c := range r.scale {
		scale := &r.scale[c]
		plane := r.raw[c%r.form.channels*h*w:][:h*w]
		for y := range h {
			out := dst[(c*h+y)*w:][:w]
			sy := y + v.dy
			if sy < 0 || sy >= h || lo >= hi {
				fill(out, scale[0])
				continue
			}
			fill(out[:lo], scale[0])
			fill(out[hi:], scale[0])
			row := plane[sy*w+lo+v.dx:][:hi-lo]
			for x, p := range row {
				out[lo+x] = scale[p]
			}
			if v.mirror {
				reverse(out)
			}
		}
	}
	return nil
}

func fill(s []float32, v float32) {
	for i := range s {
		s[i] = v
	}
}

func reverse(s []float32) {
	for i, j := 0, len(s)-1; i < j; i, j = i+1, j-1 {
		s[i], s[j] = s[j], s[i]
	}
}
