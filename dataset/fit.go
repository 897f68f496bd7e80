package dataset

import (
	"image"

	"golang.org/x/image/draw"
)

// fit scales img so that it covers want (short side, bilinear with
// antialiasing), keeps the centre, and writes planes of pixels to dst. A
// transparent pixel shows black.
func fit(img image.Image, want shape, dst []uint8) {
	canvas := image.NewRGBA(image.Rect(0, 0, want.width, want.height))
	from := centre(img.Bounds(), want)
	if from.Dx() == want.width && from.Dy() == want.height {
		draw.Copy(canvas, image.Point{}, img, from, draw.Src, nil)
	} else {
		draw.BiLinear.Scale(canvas, canvas.Bounds(), img, from, draw.Src, nil)
	}
	plane := want.height * want.width
	for i := range plane {
		r, g, b := canvas.Pix[4*i], canvas.Pix[4*i+1], canvas.Pix[4*i+2]
		if want.channels == 1 {
			dst[i] = luma(r, g, b)
			continue
		}
		dst[i], dst[i+plane], dst[i+2*plane] = r, g, b
	}
}

// centre is the largest rectangle of want's aspect in the middle of b: what
// scaling the short side and cropping the centre keeps.
func centre(b image.Rectangle, want shape) image.Rectangle {
	w, h := b.Dx(), b.Dy()
	if w*want.height > h*want.width {
		w = max(1, (h*want.width+want.height/2)/want.height)
	} else {
		h = max(1, (w*want.height+want.width/2)/want.width)
	}
	x, y := b.Min.X+(b.Dx()-w)/2, b.Min.Y+(b.Dy()-h)/2
	return image.Rect(x, y, x+w, y+h)
}

// luma is ITU-R 601's, in the integers of image/color.
func luma(r, g, b uint8) uint8 {
	return uint8((19595*uint32(r) + 38470*uint32(g) + 7471*uint32(b) + 1<<15) >> 16)
}
