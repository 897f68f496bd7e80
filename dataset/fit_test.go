package dataset

import (
	"image"
	"image/color"
	"testing"
)

func TestFitKeepsTheCentre(t *testing.T) {
	// A wide image: left third red, middle third green, right third blue.
	img := image.NewRGBA(image.Rect(5, 7, 5+90, 7+30))
	for y := range 30 {
		for x := range 90 {
			img.Set(5+x, 7+y, []color.Color{color.RGBA{255, 0, 0, 255}, color.RGBA{0, 255, 0, 255}, color.RGBA{0, 0, 255, 255}}[x/30])
		}
	}
	for _, want := range []shape{{3, 30, 30}, {3, 10, 10}, {3, 60, 60}} {
		dst := make([]uint8, want.size())
		fit(img, want, dst)
		plane := want.height * want.width
		for i := range plane {
			if dst[i] != 0 || dst[i+plane] != 255 || dst[i+2*plane] != 0 {
				t.Fatalf("%v: pixel %d is (%d, %d, %d), want green", want, i, dst[i], dst[i+plane], dst[i+2*plane])
			}
		}
	}
}

func TestFitAveragesWhenItShrinks(t *testing.T) {
	// A fine checkerboard becomes even grey: nothing aliases.
	img := image.NewGray(image.Rect(0, 0, 64, 64))
	for i := range img.Pix {
		img.Pix[i] = uint8((i%64+i/64)%2) * 255
	}
	dst := make([]uint8, 64)
	fit(img, shape{1, 8, 8}, dst)
	for i, p := range dst {
		if p < 120 || p > 135 {
			t.Errorf("pixel %d is %d, want about 127", i, p)
		}
	}
}

func TestCentre(t *testing.T) {
	for _, c := range []struct {
		from image.Rectangle
		want shape
		out  image.Rectangle
	}{
		{image.Rect(0, 0, 90, 30), shape{3, 10, 10}, image.Rect(30, 0, 60, 30)},
		{image.Rect(0, 0, 30, 90), shape{3, 10, 10}, image.Rect(0, 30, 30, 60)},
		{image.Rect(0, 0, 40, 40), shape{3, 10, 20}, image.Rect(0, 10, 40, 30)},
		{image.Rect(0, 0, 1, 1000), shape{3, 10, 20}, image.Rect(0, 499, 1, 500)},
	} {
		if got := centre(c.from, c.want); got != c.out {
			t.Errorf("%v for %v: %v, want %v", c.from, c.want, got, c.out)
		}
	}
}
