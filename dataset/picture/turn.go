package picture

import "image"

// turn says where the pixels of an upright picture are stored: coordinates
// count from the other side where an axis is flipped, and then x and y are exchanged
// if they are swapped.
type turn struct{ flipX, flipY, swap bool }

// turns are the values of EXIF's tag Orientation (2.32, section 4.6.5.1.6).
var turns = [...]turn{
	1: {false, false, false},
	2: {true, false, false}, // mirrored
	3: {true, true, false},  // by 180°
	4: {false, true, false}, // mirrored, by 180°
	5: {false, false, true}, // mirrored, then 270° clockwise
	6: {true, false, true},  // 90° clockwise makes it upright
	7: {true, true, true},   // mirrored, then 90° clockwise
	8: {false, true, true},  // 270° clockwise
}

// place is where pixel (x, y) of the upright picture, of the given width and height,
// is stored.
func (t turn) place(x, y, width, height int) (int, int) {
	if t.flipX {
		x = width - 1 - x
	}
	if t.flipY {
		y = height - 1 - y
	}
	if t.swap {
		return y, x
	}
	return x, y
}

// part is where a part of the upright picture is stored.
func (t turn) part(r image.Rectangle, width, height int) image.Rectangle {
	x0, y0 := t.place(r.Min.X, r.Min.Y, width, height)
	x1, y1 := t.place(r.Max.X-1, r.Max.Y-1, width, height)
	return image.Rect(min(x0, x1), min(y0, y1), max(x0, x1)+1, max(y0, y1)+1)
}
