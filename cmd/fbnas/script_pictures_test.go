package main

import (
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"image"
	"image/color"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/rogpeppe/go-internal/testscript"

	"fbnas/dataset/picture/picturetest"
)

// paints are the colours of the pictures of a class that is called so.
var paints = map[string]color.RGBA{
	"red": {R: 160, A: 255}, "green": {G: 160, A: 255}, "blue": {B: 160, A: 255},
}

// pictures FOLDER N CLASS... writes N files of each class: its colour, or grey
// where it is none, in a shade of their own. They are PNG, or what FOLDER begins
// with where that is one of forms.
func pictures(ts *testscript.TestScript, _ bool, args []string) {
	n, err := strconv.Atoi(args[1])
	ts.Check(err)
	first, _, _ := strings.Cut(args[0], "/")
	form, known := forms[first]
	if !known {
		form = encoded(".png")
	}
	for _, class := range args[2:] {
		for i := range n {
			ending, file := form(ts, shade(class, i))
			name := fmt.Sprintf("%03d%s", i, ending)
			picturetest.Write(ts, filepath.Join(ts.MkAbs(args[0]), filepath.FromSlash(class), name), file)
		}
	}
}

// shade is picture i of a class.
func shade(class string, i int) *image.NRGBA {
	const size = 12
	img, paint := image.NewNRGBA(image.Rect(0, 0, size, size)), paints[filepath.Base(class)]
	for k := range size * size {
		img.Set(k%size, k/size, color.RGBA{paint.R + uint8(i%90), paint.G + uint8(k%7), paint.B + uint8(i/90), 255})
	}
	folderOf := crc32.ChecksumIEEE([]byte(class)) // no picture is in two folders
	img.Set(0, 0, color.RGBA{uint8(folderOf), uint8(folderOf >> 8), uint8(folderOf >> 16), 255})
	return img
}

// forms are ways to store one picture.
var forms = map[string]storing{
	"webp": encoded(".webp"), "bmp": encoded(".bmp"), "gif": encoded(".gif"), "tif": encoded(".tif"),
	"turned": turned, "unseen": unseen,
}

// storing gives a name's ending and a file.
type storing = func(ts *testscript.TestScript, img *image.NRGBA) (ending string, file []byte)

func encoded(ending string) storing {
	return func(ts *testscript.TestScript, img *image.NRGBA) (string, []byte) {
		return ending, picturetest.Encode(ts, ending, img)
	}
}

// turned is as a camera stores it that was held upright: 90° clockwise to go.
func turned(ts *testscript.TestScript, img *image.NRGBA) (string, []byte) {
	size := img.Rect.Dx()
	stored := image.NewNRGBA(img.Rect)
	for k := range size * size {
		x, y := k%size, k/size
		stored.Set(y, size-1-x, img.At(x, y))
	}
	file := picturetest.Encode(ts, ".png", stored)
	return ".png", picturetest.Tagged(ts, ".png", file, stored.Rect.Size(), picturetest.Tag{Orientation: 6, Order: binary.BigEndian})
}

// unseen has colours that nobody sees.
func unseen(ts *testscript.TestScript, img *image.NRGBA) (string, []byte) {
	for i := 3; i < len(img.Pix); i += 4 {
		img.Pix[i] = 0
	}
	return encoded(".png")(ts, img)
}
