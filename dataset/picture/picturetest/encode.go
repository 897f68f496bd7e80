package picturetest

import (
	"bytes"
	"image"
	"image/color"
	"image/gif"
	"image/jpeg"
	"image/png"
	"io"
	"os"
	"path/filepath"

	"golang.org/x/image/bmp"
	"golang.org/x/image/tiff"
)

// Failer is a test or a script.
type Failer interface {
	Fatalf(format string, args ...any)
}

// Lossless are the endings of the formats that keep every pixel of an image of
// up to 256 colours.
var Lossless = []string{".png", ".webp", ".bmp", ".gif", ".tif"}

// Encode is a file in the format of a name with that ending.
func Encode(t Failer, ending string, img image.Image) []byte {
	var out bytes.Buffer
	write, known := map[string]func(io.Writer) error{
		".jpg":  func(w io.Writer) error { return jpeg.Encode(w, img, &jpeg.Options{Quality: 100}) },
		".png":  func(w io.Writer) error { return png.Encode(w, img) },
		".webp": func(w io.Writer) error { _, err := w.Write(webp(img)); return err },
		".bmp":  func(w io.Writer) error { return bmp.Encode(w, img) },
		".gif":  func(w io.Writer) error { return gif.Encode(w, paletted(t, img), nil) },
		".tif":  func(w io.Writer) error { return tiff.Encode(w, img, nil) },
	}[ending]
	if !known {
		t.Fatalf("no format for %s", ending)
	}
	if err := write(&out); err != nil {
		t.Fatalf("%v", err)
	}
	return out.Bytes()
}

// Write writes a file and creates its folder.
func Write(t Failer, path string, data []byte) {
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatalf("%v", err)
	}
	if err := os.WriteFile(path, data, 0o644); err != nil {
		t.Fatalf("%v", err)
	}
}

// paletted is an image of at most 256 colours with exactly these as its palette.
func paletted(t Failer, img image.Image) *image.Paletted {
	b := img.Bounds()
	p := image.NewPaletted(b, nil)
	index := map[color.NRGBA]uint8{}
	for y := b.Min.Y; y < b.Max.Y; y++ {
		for x := b.Min.X; x < b.Max.X; x++ {
			c := color.NRGBAModel.Convert(img.At(x, y)).(color.NRGBA)
			i, known := index[c]
			if !known {
				i = uint8(len(p.Palette))
				index[c], p.Palette = i, append(p.Palette, c)
			}
			p.SetColorIndex(x, y, i)
		}
	}
	if len(p.Palette) > 256 {
		t.Fatalf("%d colours", len(p.Palette))
	}
	return p
}
