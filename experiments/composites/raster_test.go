package main

import (
	"image"
	"image/color"
	"math"
	"math/rand/v2"
	"testing"

	"fbnas/internal/random"
)

func newRand(number uint64) *rand.Rand { return random.New(1, "test", number) }

// canvas is a picture from rows of colours; '.' is transparent.
func canvas(rows ...string) *image.RGBA {
	colours := map[rune]color.RGBA{'r': {255, 0, 0, 255}, 'g': {0, 255, 0, 255}, 'b': {0, 0, 255, 255}, 'w': {255, 255, 255, 255}, 'k': {0, 0, 0, 255}}
	img := image.NewRGBA(image.Rect(0, 0, len(rows[0]), len(rows)))
	for y, row := range rows {
		for x, c := range row {
			img.SetRGBA(x, y, colours[c])
		}
	}
	return img
}

func TestAverage(t *testing.T) {
	checks := canvas("wkwk", "kwkw", "wwkk", "wwkk")
	half := shrink(checks, 2)
	for i, want := range []uint8{128, 128, 255, 0} {
		if got := half.RGBAAt(i%2, i/2); got != (color.RGBA{want, want, want, 255}) {
			t.Errorf("pixel %d of a halved picture is %v, want %d", i, got, want)
		}
	}
	flag := canvas("rg", "b.")
	for degrees, want := range map[int]*image.RGBA{0: flag, 90: canvas("br", ".g"), -90: canvas("g.", "rb"), 180: canvas(".b", "gr")} {
		got := image.NewRGBA(image.Rect(0, 0, 2, 2))
		average(got, flag, place{one, one, one, degrees}.of(image.Pt(2, 2)), 2)
		if string(got.Pix) != string(want.Pix) {
			t.Errorf("turned by %d degrees: %v, want %v", degrees, got.Pix, want.Pix)
		}
	}
}

func TestOver(t *testing.T) {
	dst, top := canvas("ww"), canvas("r.")
	top.SetRGBA(1, 0, color.RGBA{50, 0, 0, 51}) // a fifth of red
	over(dst, top)
	if dst.RGBAAt(0, 0) != (color.RGBA{255, 0, 0, 255}) || dst.RGBAAt(1, 0) != (color.RGBA{254, 204, 204, 255}) {
		t.Errorf("got %v", dst.Pix)
	}
}

func TestTone(t *testing.T) {
	turn := 2 * math.Pi / 3
	for _, c := range []struct {
		name     string
		tone     tone
		in, want color.RGBA
	}{
		{"nothing", drawTone(newRand(0), 0), color.RGBA{250, 3, 7, 255}, color.RGBA{250, 3, 7, 255}},
		{"grey has no hue and no saturation", newTone(turn, 0.3, 1, 0), color.RGBA{100, 100, 100, 255}, color.RGBA{100, 100, 100, 255}},
		{"a third of a turn, as SVG's hueRotate(120) has it", newTone(turn, 1, 1, 0), color.RGBA{100, 0, 0, 255}, color.RGBA{0, 44, 0, 255}},
		{"without saturation", newTone(0, 0, 1, 0), color.RGBA{200, 100, 0, 255}, color.RGBA{114, 114, 114, 255}},
		{"half the contrast", newTone(0, 1, 0.5, 0), color.RGBA{200, 100, 0, 255}, color.RGBA{164, 114, 64, 255}},
		{"brighter, half transparent", newTone(0, 1, 1, 0.5), color.RGBA{10, 120, 0, 128}, color.RGBA{74, 128, 64, 128}},
		{"transparent", newTone(turn, 2, 2, 1), color.RGBA{}, color.RGBA{}},
	} {
		img := image.NewRGBA(image.Rect(0, 0, 1, 1))
		img.SetRGBA(0, 0, c.in)
		c.tone.apply(img)
		if got := img.RGBAAt(0, 0); got != c.want {
			t.Errorf("%s: %v became %v, want %v", c.name, c.in, got, c.want)
		}
	}
}

// TestCover: at most the share that was asked for is hidden, on average half of it.
func TestCover(t *testing.T) {
	o := few()
	o.Size, o.ScaleMin, o.Hide, o.Jitter = 48, 0.4, 0.6, 0
	w := world0(t, o)
	sum, n := 0.0, 100
	for number := range n {
		r := newRand(uint64(number))
		object, length := w.object(r, canvas("rrrr", "rrrr", "rrrr", "rrrr"))
		out := image.NewRGBA(object.Rect)
		copy(out.Pix, object.Pix)
		w.cover(r, out, object, length, forTraining)
		all, hidden := 0, 0
		eachPixel(object, func(x, y int) {
			if object.RGBAAt(x, y).A >= opaque {
				all++
				if out.RGBAAt(x, y) != object.RGBAAt(x, y) {
					hidden++
				}
			}
		})
		share := float64(hidden) / float64(all)
		if share > o.Hide+0.06 { // pixels at one distance go together
			t.Errorf("picture %d: %.2f of the object are hidden", number, share)
		}
		sum += share
	}
	if mean := sum / float64(n); mean < 0.25 || mean > 0.35 {
		t.Errorf("on average %.2f are hidden, want about 0.3", mean)
	}
}

// TestObject: its longer side is as drawn, and all of it is inside.
func TestObject(t *testing.T) {
	o := few()
	o.Size, o.ScaleMin, o.ScaleMax, o.Rotate = 60, 0.5, 0.5, 0
	w := world0(t, o)
	for number := range uint64(50) {
		picture, length := w.object(newRand(number), canvas("rrrr", "rrrr"))
		box := image.Rectangle{}
		eachPixel(picture, func(x, y int) {
			if picture.RGBAAt(x, y).A >= opaque {
				box = box.Union(image.Rect(x, y, x+1, y+1))
			}
		})
		if length != 30 || box.Dx() < 29 || box.Dx() > 31 || box.Dy() < 14 || box.Dy() > 16 {
			t.Fatalf("picture %d: an object of %v px fills %v", number, length, box)
		}
	}
}
