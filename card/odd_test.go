package card

import (
	"encoding/binary"
	"fmt"
	"image"
	"image/color"
	"os/exec"
	"path/filepath"
	"testing"

	"fbnas/dataset/picture/picturetest"
	"fbnas/internal/python"
)

// oddFiles writes pictures of every kind that careless programs read differently,
// and returns their paths. If there is Pillow, it also writes those
// that Go cannot write.
func oddFiles(t *testing.T, dir string) []string {
	t.Helper()
	put := func(name string, data []byte) { picturetest.Write(t, filepath.Join(dir, name), data) }
	turnedFiles(t, put)
	plainFiles(t, put)
	if interpreter, err := python.Find(t.Context(), "PIL"); err != nil {
		t.Logf("without Pillow's files (apt-get install python3-pil): %v", err)
	} else if out, err := exec.Command(interpreter, "-c", pillowFiles, dir).CombinedOutput(); err != nil {
		t.Fatalf("%v:\n%s", err, out)
	}
	paths, err := filepath.Glob(filepath.Join(dir, "*"))
	if err != nil {
		t.Fatal(err)
	}
	return paths
}

// turnedFiles are one picture in all orientations.
func turnedFiles(t *testing.T, put func(name string, data []byte)) {
	plain := odd(func(x, y int) color.Color { return color.NRGBA{uint8(x * 10), uint8(y * 15), 120, 255} })
	for o := 1; o <= 8; o++ {
		for _, ending := range picturetest.Taggable {
			var order picturetest.Order = binary.LittleEndian
			if o%2 == 0 {
				order = binary.BigEndian
			}
			file := picturetest.Encode(t, ending, plain)
			put(fmt.Sprint("turned", o, ending), picturetest.Tagged(t, ending, file, plain.Bounds().Size(), picturetest.Tag{Orientation: o, Order: order}))
		}
	}
}

// plainFiles are transparent, or have 16 bits.
func plainFiles(t *testing.T, put func(name string, data []byte)) {
	for name, img := range map[string]image.Image{
		"alpha": odd(func(x, y int) color.Color { return color.NRGBA{uint8(x * 10), 0, 0, uint8(y * 15)} }),
		"clear": odd(func(x, y int) color.Color { return color.NRGBA{0, 0, 0, uint8((x / 6 % 2) * 255)} }),
	} {
		for _, ending := range []string{".png", ".webp"} {
			put(name+ending, picturetest.Encode(t, ending, img))
		}
	}
	clear := odd(func(x, y int) color.Color { return color.NRGBA{uint8(y * 15), 0, 90, uint8((x / 6 % 2) * 255)} })
	put("clear.gif", picturetest.Encode(t, ".gif", clear))
	grey := image.NewGray16(clear.Bounds())
	deep := image.NewNRGBA64(clear.Bounds())
	for i := range oddWidth * oddHeight {
		x, y := i%oddWidth, i/oddWidth
		grey.SetGray16(x, y, color.Gray16{Y: uint16(x*2500 + y)})
		deep.SetNRGBA64(x, y, color.NRGBA64{R: uint16(x * 2500), G: uint16(y * 3700), B: 0x80ff, A: 0xffff})
	}
	for _, ending := range []string{".png", ".tif"} {
		put("grey16"+ending, picturetest.Encode(t, ending, grey))
	}
	put("deep.png", picturetest.Encode(t, ".png", deep))
}

const oddWidth, oddHeight = 25, 17

func odd(at func(x, y int) color.Color) image.Image {
	img := image.NewNRGBA(image.Rect(0, 0, oddWidth, oddHeight))
	for i := range oddWidth * oddHeight {
		img.Set(i%oddWidth, i/oddWidth, at(i%oddWidth, i/oddWidth))
	}
	return img
}

// pillowFiles writes the files that Go cannot write.
const pillowFiles = `
import sys, os
from PIL import Image
os.chdir(sys.argv[1])
across = Image.linear_gradient("L").resize((25, 17))
down = Image.linear_gradient("L").rotate(90).resize((25, 17))
colours = Image.merge("RGB", (across, down, across.point(lambda v: v // 2)))
Image.merge("LA", (across, down)).save("grey_alpha.png")
colours.convert("CMYK").save("cmyk.jpg", quality=100)
colours.quantize(16).save("transparent_index.png", transparency=3)
colours.quantize(16).save("several_transparent.png", transparency=bytes(range(0, 256, 17)))
colours.save("transparent_colour.png", transparency=colours.getpixel((3, 5)))
across.save("transparent_grey.png", transparency=across.getpixel((3, 5)))
colours.convert("1").save("bits.png")
colours.convert("1").save("bits.tif")
colours.quantize(16).save("index.bmp")
colours.convert("HSV").convert("RGB").save("lossy.webp", quality=90)
colours.save("progressive.jpg", quality=95, progressive=True, subsampling=2)
across.save("grey.jpg", quality=95)
Image.merge("RGBA", (across, down, across, down)).save("lossy_alpha.webp", quality=90)
Image.merge("RGBA", (across, down, across, down)).save("alpha.tif", compression="tiff_lzw")
`
