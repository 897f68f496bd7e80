package dataset

import "fmt"

// renderer turns raw images into normalised ones. It has scratch memory: only one
// goroutine may use it.
type renderer struct {
	canvas
	src   source
	scale [][256]float32 // by output channel: pixel to normalised value
}

func newRenderer(s *Split) *renderer {
	r := &renderer{src: s.src, canvas: newCanvas(s.src.shape())}
	r.scale = make([][256]float32, len(s.set.Mean))
	for c := range r.scale {
		for v := range 256 {
			r.scale[c][v] = (float32(v)/255 - s.set.Mean[c]) / s.set.Std[c]
		}
	}
	return r
}

// render writes source image i, augmented by v, to dst, [channels, height, width].
// Pixels outside the image are black before normalisation.
func (r *renderer) render(i int, v view, dst []float32) error {
	if err := r.src.pixels(i, r.pix); err != nil {
		return fmt.Errorf("image %d: %w", i, err)
	}
	if v.crop != (crop{}) {
		r.resize(v.crop)
	}
	operations[v.op].apply(&r.canvas, v.strength)
	r.normalise(v, dst)
	return nil
}

// normalise shifts and mirrors the image while it writes dst.
func (r *renderer) normalise(v view, dst []float32) {
	h, w := r.form.Height, r.form.Width
	// Columns lo ≤ x < hi of the crop lie on the image.
	lo, hi := max(0, -v.dx), min(w, w-v.dx)
	for c := range r.scale {
		scale := &r.scale[c]
		plane := r.plane(c % r.form.Channels)
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
