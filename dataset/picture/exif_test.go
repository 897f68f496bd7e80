package picture

import (
	"encoding/binary"
	"testing"

	"fbnas/dataset/picture/picturetest"
)

func TestOrientation(t *testing.T) {
	le := binary.LittleEndian
	six := picturetest.EXIF(6, le)
	const tagAt = 8 + 2 + 12 // after the header, the count and an entry
	changed := func(change func(entry []byte)) []byte {
		d := picturetest.EXIF(6, le)
		change(d[tagAt:])
		return d
	}
	for name, c := range map[string]struct {
		data []byte
		want int
	}{
		"as it is":             {six, 6},
		"big-endian":           {picturetest.EXIF(8, binary.BigEndian), 8},
		"value 0":              {picturetest.EXIF(0, le), 1},
		"value 9":              {picturetest.EXIF(9, le), 1},
		"a LONG":               {changed(func(e []byte) { e[2] = longType }), 6},
		"a BYTE":               {changed(func(e []byte) { e[2] = byteType }), 6},
		"a text":               {changed(func(e []byte) { e[2] = 2 }), 1},
		"two values":           {changed(func(e []byte) { e[4] = 2 }), 1},
		"another tag":          {changed(func(e []byte) { e[0]++ }), 1},
		"nothing":              {nil, 1},
		"cut in the entry":     {six[:tagAt+11], 1},
		"cut behind it":        {six[:tagAt+12], 6},
		"directory outside":    {append([]byte("II*\x00"), 0xff, 0xff, 0xff, 0xff), 1},
		"directory at the end": {append([]byte("II*\x00"), 7, 0, 0, 0), 1},
		"no order of bytes":    {append([]byte("XX*\x00"), six[4:]...), 1},
	} {
		if got := orientation(c.data); got != c.want {
			t.Errorf("%s: %d, want %d", name, got, c.want)
		}
	}
}

// TestExifPlaces: other chunks and segments before it, padding bytes, and data
// that end early.
func TestExifPlaces(t *testing.T) {
	body := string(exifMark) + "data"
	jpeg := "\xff\xd8" + "\xff\xe0\x00\x04ab" + "\xff\xff\xff\xe1\x00\x06http" + "\xff\xe1\x00\x0c" + body
	if got := string(exifOfJPEG([]byte(jpeg + "\xff\xda"))); got != "data" {
		t.Errorf("JPEG: %q", got)
	}
	webp := "RIFF\x00\x00\x00\x00WEBP" + "ICCP\x01\x00\x00\x00a\x00" + "EXIF\x0a\x00\x00\x00" + body
	if got := string(exifOfWebP([]byte(webp))); got != "data" {
		t.Errorf("WebP: %q", got)
	}
	for name, got := range map[string][]byte{
		"JPEG, cut":             exifOfJPEG([]byte(jpeg[:len(jpeg)-1])),
		"JPEG, behind the scan": exifOfJPEG([]byte("\xff\xd8\xff\xda\x00\x02\xff\xe1\x00\x0c" + body)),
		"JPEG, short segment":   exifOfJPEG([]byte("\xff\xd8\xff\xe1\x00\x01")),
		"PNG, too long":         exifOfPNG([]byte("\x89PNG\r\n\x1a\n\xff\xff\xff\xffeXIfdata1234")),
		"WebP, too long":        exifOfWebP([]byte("RIFF\x00\x00\x00\x00WEBPEXIF\xff\xff\xff\xffdata")),
	} {
		if got != nil {
			t.Errorf("%s: %q", name, got)
		}
	}
}
