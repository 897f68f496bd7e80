package dataset

import (
	"bytes"
	"compress/gzip"
	"encoding/binary"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"fbnas/internal/chw"
	"fbnas/internal/fault"
	"fbnas/internal/random"
)

// noise is n bytes of a seeded stream.
func noise(seed uint64, n int) []byte {
	rng, out := random.New(seed, "test"), make([]byte, n)
	for i := range out {
		out[i] = byte(rng.Uint32())
	}
	return out
}

// makeSet is a set of n training images of the shape, with the given number of
// classes, taken in turn, and as test images the first class count of them.
func makeSet(t *testing.T, n, classes int, f chw.Shape, channels int) *Set {
	t.Helper()
	labels := make([]uint8, n)
	for i := range labels {
		labels[i] = uint8(i % classes)
	}
	o, err := Options{Channels: channels}.withDefaults()
	if err != nil {
		t.Fatal(err)
	}
	data := noise(uint64(n), n*f.Size())
	im, err := labelled("test", newMemory(data, f, o), contents(data, f.Size()), labels, classes)
	if err != nil {
		t.Fatal(err)
	}
	test := im
	test.keep = test.keep[:classes]
	s, err := assemble(raw{train: im, test: test, classes: numbered(classes)}, o)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func idxBytes(rank byte, dims []uint32, data []byte) []byte {
	out := []byte{0, 0, 8, rank}
	for _, d := range dims {
		out = binary.BigEndian.AppendUint32(out, d)
	}
	return append(out, data...)
}

func zipped(t *testing.T, data []byte) []byte {
	t.Helper()
	var buf bytes.Buffer
	zw := gzip.NewWriter(&buf)
	if _, err := zw.Write(data); err != nil {
		t.Fatal(err)
	}
	if err := zw.Close(); err != nil {
		t.Fatal(err)
	}
	return buf.Bytes()
}

func write(t *testing.T, dir, name string, data []byte) {
	t.Helper()
	path := filepath.Join(dir, filepath.FromSlash(name))
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, data, 0o644); err != nil {
		t.Fatal(err)
	}
}

// pictureFile is an encoded w×h image of one colour.
func pictureFile(t *testing.T, format string, w, h int, c color.Color) []byte {
	t.Helper()
	img := image.NewRGBA(image.Rect(0, 0, w, h))
	for i := range w * h {
		img.Set(i%w, i/w, c)
	}
	var buf bytes.Buffer
	var err error
	if format == "png" {
		err = png.Encode(&buf, img)
	} else {
		err = jpeg.Encode(&buf, img, &jpeg.Options{Quality: 95})
	}
	if err != nil {
		t.Fatal(err)
	}
	return buf.Bytes()
}

// wantFault fails unless err has all the parts in its message, and a hint.
func wantFault(t *testing.T, err error, parts ...string) {
	t.Helper()
	if err == nil {
		t.Fatalf("no error, want one with %q", parts)
	}
	for _, p := range parts {
		if !strings.Contains(err.Error(), p) {
			t.Errorf("error %q lacks %q", err, p)
		}
	}
	if fault.HintOf(err) == "" {
		t.Errorf("error %q has no hint", err)
	}
}
