package main

import (
	"bytes"
	"fmt"
	"hash/crc32"
	"image"
	"image/color"
	"image/png"
	"os"
	"path/filepath"
	"strconv"

	"github.com/rogpeppe/go-internal/testscript"
)

// paints are the colours of the pictures of a class that is called so.
var paints = map[string]color.RGBA{
	"red": {R: 160, A: 255}, "green": {G: 160, A: 255}, "blue": {B: 160, A: 255},
}

// pictures FOLDER N CLASS... writes N PNG files of each class: its colour, or
// grey where it is none, in a shade of their own.
func pictures(ts *testscript.TestScript, _ bool, args []string) {
	n, err := strconv.Atoi(args[1])
	ts.Check(err)
	for _, class := range args[2:] {
		for i := range n {
			ts.Check(writePicture(ts.MkAbs(args[0]), class, i))
		}
	}
}

func writePicture(folder, class string, i int) error {
	const size = 12
	img, paint := image.NewRGBA(image.Rect(0, 0, size, size)), paints[filepath.Base(class)]
	for k := range size * size {
		img.Set(k%size, k/size, color.RGBA{paint.R + uint8(i%90), paint.G + uint8(k%7), paint.B + uint8(i/90), 255})
	}
	folderOf := crc32.ChecksumIEEE([]byte(class)) // no picture is in two folders
	img.Set(0, 0, color.RGBA{uint8(folderOf), uint8(folderOf >> 8), uint8(folderOf >> 16), 255})
	var out bytes.Buffer
	if err := png.Encode(&out, img); err != nil {
		return err
	}
	path := filepath.Join(folder, filepath.FromSlash(class), fmt.Sprintf("%03d.png", i))
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	return os.WriteFile(path, out.Bytes(), 0o644)
}
