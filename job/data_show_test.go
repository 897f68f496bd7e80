package job

import (
	"image/color"
	"testing"
)

// TestColourImage: the planes are red, green and blue, row by row.
func TestColourImage(t *testing.T) {
	img := colourImage([]float32{
		1, 0, 0.2, 0.2, 0, 0,
		0, 1, 0.4, 0.2, 0, 0,
		0, 0, 0.6, 0.2, 0, 1,
	}, 2)
	if got := img.Bounds().Size(); got.X != 2 || got.Y != 3 {
		t.Fatalf("%v", got)
	}
	for i, want := range []color.RGBA{{255, 0, 0, 255}, {0, 255, 0, 255}, {51, 102, 153, 255}, {51, 51, 51, 255}, {0, 0, 0, 255}, {0, 0, 255, 255}} {
		if got := img.At(i%2, i/2); got != want {
			t.Errorf("pixel %d is %v, want %v", i, got, want)
		}
	}
}
