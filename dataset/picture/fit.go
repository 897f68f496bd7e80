package picture

import (
	"image"

	"golang.org/x/image/draw"
)

// Fit crops the largest centred part with the input's aspect ratio, scales it
// (bilinear, with antialiasing where it shrinks), and writes planes of pixels,
// [channels, height, width], to dst. One channel is the Luma of ITU-R 601.
func (p Picture) Fit(channels, height, width int, dst []uint8) {
	w, h := p.Size()
	part := p.turn.part(centre(w, h, width, height), w, h).Add(p.stored.Bounds().Min)
	// Rotating a small image is less work than rotating a large one; scaling
	// before or after gives the same.
	size := image.Pt(width, height)
	if p.turn.swap {
		size.X, size.Y = height, width
	}
	from, part := opaque(p.stored, part)
	canvas := image.NewRGBA(image.Rectangle{Max: size})
	if part.Size() == size {
		draw.Copy(canvas, image.Point{}, from, part, draw.Src, nil)
	} else {
		draw.BiLinear.Scale(canvas, canvas.Rect, from, part, draw.Src, nil)
	}
	plane := height * width
	for i := range plane {
		at := canvas.PixOffset(p.turn.place(i%width, i/width, width, height))
		r, g, b := canvas.Pix[at], canvas.Pix[at+1], canvas.Pix[at+2]
		if channels == 1 {
			dst[i] = Luma(r, g, b)
			continue
		}
		dst[i], dst[i+plane], dst[i+2*plane] = r, g, b
	}
}

// centre is the largest rectangle of an aspect ratio in the middle of an image: what
// remains if one scales the short side and crops the centre.
func centre(w, h, width, height int) image.Rectangle {
	all := image.Pt(w, h)
	if w*height > h*width {
		w = max(1, (h*width+height/2)/height)
	} else {
		h = max(1, (w*height+width/2)/width)
	}
	x, y := (all.X-w)/2, (all.Y-h)/2
	return image.Rect(x, y, x+w, y+h)
}

// Luma is ITU-R 601's, in the integers of image/color.
func Luma(r, g, b uint8) uint8 {
	return uint8((19595*uint32(r) + 38470*uint32(g) + 7471*uint32(b) + 1<<15) >> 16)
}

// opaque is a part of an image over white with 8 bits per channel, and the place of
// the part in the returned image.
func opaque(img image.RGBA64Image, part image.Rectangle) (image.Image, image.Rectangle) {
	switch m := img.(type) {
	case *image.YCbCr, *image.Gray:
		return img, part
	case *image.RGBA:
		if m.Opaque() {
			return img, part
		}
	case *image.NRGBA:
		if m.Opaque() {
			return img, part
		}
	}
	flat := image.NewRGBA(image.Rectangle{Max: part.Size()})
	for y := range part.Dy() {
		row := flat.Pix[y*flat.Stride:][:flat.Stride]
		for x := range part.Dx() {
			c := img.RGBA64At(part.Min.X+x, part.Min.Y+y)
			row[4*x], row[4*x+1], row[4*x+2], row[4*x+3] = over(c.R, c.A), over(c.G, c.A), over(c.B, c.A), 255
		}
	}
	return flat, flat.Rect
}

// over is a value of 16 bits, multiplied by its alpha, over white: for an opaque pixel
// the upper 8 bits, as in decoders of 8 bits, otherwise the nearest value.
func over(v, alpha uint16) uint8 {
	const one = 0xffff
	if alpha == one {
		return uint8(v >> 8)
	}
	return uint8(((uint32(v)+one-uint32(alpha))*255 + one/2) / one)
}
