package dataset

import (
	"context"
	"encoding/binary"
	"fmt"
	"image"
	"image/color"
	"testing"

	"fbnas/dataset/picture/picturetest"
)

// TestOdd: pictures that depend on the definition are counted once, and the set
// contains them rotated and over white.
func TestOdd(t *testing.T) {
	dir := t.TempDir()
	size := image.Pt(6, 6)
	for i := range 8 {
		img := image.NewNRGBA(image.Rectangle{Max: size})
		for k := range 36 {
			img.SetNRGBA(k%6, k/6, color.NRGBA{uint8(10 * i), 0, 0, 255})
		}
		write(t, dir, fmt.Sprintf("plain/%d.bmp", i), picturetest.Encode(t, ".bmp", img))
		img.SetNRGBA(0, 0, color.NRGBA{})
		file := picturetest.Encode(t, ".png", img)
		if i < 3 {
			file = picturetest.Tagged(t, ".png", file, size, picturetest.Tag{Orientation: 3, Order: binary.LittleEndian})
		}
		write(t, dir, fmt.Sprintf("odd/%d.png", i), file)
	}
	s, err := Open(context.Background(), dir, Options{Height: 6, Width: 6, Mean: []float32{0, 0, 0}, Std: []float32{1, 1, 1}})
	if err != nil {
		t.Fatal(err)
	}
	if turned, transparent := s.Odd(); turned != 3 || transparent != 8 {
		t.Errorf("%d turned, %d transparent, want 3 and 8", turned, transparent)
	}
	corners := map[int]int{} // the corner that is white
	dst := make([]float32, 3*36)
	for _, split := range []*Split{s.Train, s.Test} {
		for i := range split.Len() {
			if _, err := split.Image(i, dst); err != nil {
				t.Fatal(err)
			}
			for _, at := range []int{0, 35} {
				if dst[36+at] == 1 {
					corners[at]++
				}
			}
		}
	}
	if corners[0] != 5 || corners[35] != 3 {
		t.Errorf("white corners %v, want 5 at the first pixel and 3 at the last", corners)
	}
}
