package picture

import (
	"bytes"
	"errors"
	"fmt"
	"image"
	"image/draw"
	"image/gif"
	"image/jpeg"
	"image/png"
	"io"
	"strings"

	"golang.org/x/image/bmp"
	"golang.org/x/image/tiff"
	"golang.org/x/image/webp"
)

// Extensions are the endings of image files' names, in lower case. The format
// follows from the content: JPEG files named .png are common.
var Extensions = map[string]bool{
	".jpg": true, ".jpeg": true, ".jpe": true, ".jfif": true,
	".png": true, ".apng": true,
	".webp": true, ".bmp": true, ".gif": true,
	".tif": true, ".tiff": true,
}

// format is one kind of file.
type format struct {
	name   string
	begin  []string // any of them; a ? stands for any byte
	config func(data []byte) (image.Config, error)
	decode func(data []byte, c image.Config) (image.Image, error)
	exif   func(data []byte) []byte // nil if the format has none
}

var formats = []format{
	{"JPEG", []string{"\xff\xd8\xff"}, config(jpeg.DecodeConfig), whole(jpeg.Decode), exifOfJPEG},
	{"PNG", []string{"\x89PNG\r\n\x1a\n"}, config(png.DecodeConfig), whole(png.Decode), exifOfPNG},
	{"WebP", []string{"RIFF????WEBP"}, config(webp.DecodeConfig), decodeWebP, exifOfWebP},
	{"BMP", []string{"BM"}, config(bmp.DecodeConfig), whole(bmp.Decode), none},
	{"GIF", []string{"GIF87a", "GIF89a"}, config(gif.DecodeConfig), decodeGIF, none},
	// A TIFF file is itself in the format of EXIF data.
	{"TIFF", []string{"II*\x00", "MM\x00*"}, config(tiff.DecodeConfig), whole(tiff.Decode), func(data []byte) []byte { return data }},
}

func none([]byte) []byte { return nil }

func config(f func(io.Reader) (image.Config, error)) func([]byte) (image.Config, error) {
	return func(data []byte) (image.Config, error) { return f(bytes.NewReader(data)) }
}

func whole(f func(io.Reader) (image.Image, error)) func([]byte, image.Config) (image.Image, error) {
	return func(data []byte, _ image.Config) (image.Image, error) { return f(bytes.NewReader(data)) }
}

func formatOf(data []byte) (format, error) {
	var names []string
	for _, f := range formats {
		for _, begin := range f.begin {
			if begins(data, begin) {
				return f, nil
			}
		}
		names = append(names, f.name)
	}
	if len(data) == 0 {
		return format{}, errors.New("the file is empty")
	}
	if begins(data, "????ftyp") {
		return format{}, errors.New("HEIC and AVIF are not read: convert it to JPEG")
	}
	return format{}, fmt.Errorf("its content is none of %s", strings.Join(names, ", "))
}

func begins(data []byte, pattern string) bool {
	if len(data) < len(pattern) {
		return false
	}
	for i := range len(pattern) {
		if pattern[i] != '?' && pattern[i] != data[i] {
			return false
		}
	}
	return true
}

// decodeGIF is the first frame, at its place on the canvas.
func decodeGIF(data []byte, c image.Config) (image.Image, error) {
	img, err := gif.Decode(bytes.NewReader(data))
	if err != nil {
		return nil, err
	}
	return onCanvas(img, img.Bounds().Min, c), nil
}

// onCanvas draws a frame on a transparent canvas.
func onCanvas(frame image.Image, at image.Point, c image.Config) image.Image {
	size := frame.Bounds().Size()
	if at == (image.Point{}) && size.X == c.Width && size.Y == c.Height {
		return frame
	}
	canvas := image.NewNRGBA(image.Rect(0, 0, c.Width, c.Height))
	draw.Draw(canvas, image.Rectangle{Min: at, Max: at.Add(size)}, frame, frame.Bounds().Min, draw.Src)
	return canvas
}
