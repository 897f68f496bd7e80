package picture

import (
	"encoding/base64"
	"encoding/binary"
	"image"
	"testing"

	"fbnas/dataset/picture/picturetest"
)

// FuzzDecode: every file is an error or a picture that fits.
func FuzzDecode(f *testing.F) {
	const limit = 1 << 12
	img := pattern(12, 9)
	for _, ending := range append([]string{".jpg"}, picturetest.Lossless...) {
		f.Add(picturetest.Encode(f, ending, img))
	}
	for i, ending := range picturetest.Taggable {
		f.Add(picturetest.Tagged(f, ending, picturetest.Encode(f, ending, img), img.Rect.Size(), picturetest.Tag{Orientation: 5 + i%4, Order: binary.BigEndian}))
	}
	f.Add(picturetest.AnimatedWebP(image.Pt(16, 16), []image.Image{img}, []image.Point{{2, 4}}))
	lossy, err := base64.StdEncoding.DecodeString(redAndBlue)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(lossy)
	f.Fuzz(func(t *testing.T, data []byte) {
		p, err := decode(data, limit)
		if err != nil {
			return
		}
		if w, h := p.Size(); w < 1 || h < 1 || w*h > limit {
			t.Fatalf("%d×%d pixels", w, h)
		}
		p.Fit(3, 5, 4, make([]uint8, 3*5*4))
		p.Fit(1, 4, 5, make([]uint8, 4*5))
	})
}
