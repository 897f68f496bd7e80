package picture

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
	for _, want := range []int{30, 10, 60} {
		plane := want * want
		dst := make([]uint8, 3*plane)
		Of(img).Fit(3, want, want, dst)
		for i := range plane {
			if dst[i] != 0 || dst[i+plane] != 255 || dst[i+2*plane] != 0 {
				t.Fatalf("%v: pixel %d is (%d, %d, %d), want green", want, i, dst[i], dst[i+plane], dst[i+2*plane])
			}
		}
	}
}

func TestFitAveragesWhenItShrinks(t *testing.T) {
	// A fine checkerboard becomes even grey, without aliasing.
	img := image.NewGray(image.Rect(0, 0, 64, 64))
	for i := range img.Pix {
		img.Pix[i] = uint8((i%64+i/64)%2) * 255
	}
	dst := make([]uint8, 64)
	Of(img).Fit(1, 8, 8, dst)
	for i, p := range dst {
		if p < 120 || p > 135 {
			t.Errorf("pixel %d is %d, want about 127", i, p)
		}
	}
}

func TestCentre(t *testing.T) {
	for _, c := range []struct {
		w, h, width, height int
		out                 image.Rectangle
	}{
		{90, 30, 10, 10, image.Rect(30, 0, 60, 30)},
		{30, 90, 10, 10, image.Rect(0, 30, 30, 60)},
		{40, 40, 20, 10, image.Rect(0, 10, 40, 30)},
		{1, 1000, 20, 10, image.Rect(0, 499, 1, 500)},
	} {
		if got := centre(c.w, c.h, c.width, c.height); got != c.out {
			t.Errorf("%+v: %v", c, got)
		}
	}
}
