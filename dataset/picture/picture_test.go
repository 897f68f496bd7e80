package picture

import (
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"image"
	"image/color"
	"image/gif"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"fbnas/dataset/picture/picturetest"
)

// pattern is an image of 256 colours at most without any symmetry.
func pattern(w, h int) *image.NRGBA {
	img := image.NewNRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			img.SetNRGBA(x, y, color.NRGBA{uint8(255 * x / w), uint8(255 * y / h), uint8(x * y % 3 * 100), 255})
		}
	}
	return img
}

// planes are the pixels of a picture in its own size.
func planes(p Picture) []uint8 {
	w, h := p.Size()
	dst := make([]uint8, 3*w*h)
	p.Fit(3, h, w, dst)
	return dst
}

func decoded(t *testing.T, data []byte) Picture {
	t.Helper()
	p, err := decode(data, maxPixels)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestFormats(t *testing.T) {
	img := pattern(12, 9)
	want := planes(Of(img))
	for _, ending := range picturetest.Lossless {
		// The name does not say the format.
		path := filepath.Join(t.TempDir(), "a.jpg")
		picturetest.Write(t, path, picturetest.Encode(t, ending, img))
		p, err := Open(path)
		if err != nil {
			t.Errorf("%s: %v", ending, err)
			continue
		}
		if got := planes(p); !slices.Equal(got, want) || p.Turned() || p.Transparent() {
			t.Errorf("%s (%s): %v, want %v", ending, p.Format, got, want)
		}
		if !Extensions[ending] {
			t.Errorf("%s is no ending", ending)
		}
	}
}

func furthest(a, b []uint8) (most int) {
	for i := range a {
		most = max(most, int(a[i])-int(b[i]), int(b[i])-int(a[i]))
	}
	return most
}

// TestTurn: the letters of an F, as the specification draws the eight
// orientations.
func TestTurn(t *testing.T) {
	stored := [][]string{
		1: {"##", "#.", "##", "#.", "#."},
		2: {"##", ".#", "##", ".#", ".#"},
		3: {".#", ".#", "##", ".#", "##"},
		4: {"#.", "#.", "##", "#.", "##"},
		5: {"#####", "#.#.."},
		6: {"#.#..", "#####"},
		7: {"..#.#", "#####"},
		8: {"#####", "..#.#"},
	}
	want := planes(Of(letter(stored[1])))
	for o := 1; o < len(stored); o++ {
		img := letter(stored[o])
		for _, ending := range picturetest.Taggable {
			for name, order := range map[string]picturetest.Order{"big": binary.BigEndian, "little": binary.LittleEndian} {
				file := picturetest.Tagged(t, ending, picturetest.Encode(t, ending, img), img.Rect.Size(), picturetest.Tag{Orientation: o, Order: order})
				p := decoded(t, file)
				if w, h := p.Size(); w != 2 || h != 5 {
					t.Fatalf("%s, orientation %d: %d×%d", ending, o, w, h)
				}
				if d := furthest(planes(p), want); d > 2 || p.Turned() != (o != 1) {
					t.Errorf("%s, %s-endian, orientation %d: %d levels off, turned: %v", ending, name, o, d, p.Turned())
				}
			}
		}
	}
}

func letter(rows []string) *image.NRGBA {
	img := image.NewNRGBA(image.Rect(0, 0, len(rows[0]), len(rows)))
	for y, row := range rows {
		for x, c := range row {
			v := uint8(255)
			if c == '#' {
				v = 0
			}
			img.SetNRGBA(x, y, color.NRGBA{v, v, v, 255})
		}
	}
	return img
}

// TestTurnThenFit: scaling first and rotating afterwards gives the same as rotating
// first, whatever is cropped and however it is scaled.
func TestTurnThenFit(t *testing.T) {
	for _, size := range []image.Point{{12, 9}, {7, 20}, {33, 10}} {
		img := pattern(size.X, size.Y)
		for o := 1; o < len(turns); o++ {
			p := Picture{stored: img, turn: turns[o]}
			w, h := p.Size()
			up := image.NewNRGBA(image.Rect(0, 0, w, h))
			for y := range h {
				for x := range w {
					sx, sy := p.turn.place(x, y, w, h)
					up.SetNRGBA(x, y, img.NRGBAAt(sx, sy))
				}
			}
			for _, want := range []image.Point{{5, 8}, {8, 5}, {40, 30}} {
				a, b := make([]uint8, 3*want.X*want.Y), make([]uint8, 3*want.X*want.Y)
				p.Fit(3, want.Y, want.X, a)
				Of(up).Fit(3, want.Y, want.X, b)
				if d := furthest(a, b); d > 1 {
					t.Errorf("%v, orientation %d, to %v: %d levels off", size, o, want, d)
				}
			}
		}
	}
}

// TestOverWhite has every kind of pixel that is not 8-bit RGB.
func TestOverWhite(t *testing.T) {
	clear, half, solid := color.NRGBA{0, 0, 0, 0}, color.NRGBA{200, 100, 0, 128}, color.NRGBA{200, 100, 0, 255}
	palette := color.Palette{clear, half, solid}
	indexed := image.NewPaletted(image.Rect(0, 0, 3, 1), palette)
	copy(indexed.Pix, []uint8{0, 1, 2})
	straight, deep := image.NewNRGBA(indexed.Rect), image.NewNRGBA64(indexed.Rect)
	for x, c := range palette {
		straight.Set(x, 0, c)
		deep.Set(x, 0, c)
	}
	colours := []uint8{255, 227, 200, 255, 177, 100, 255, 127, 0}
	grey16 := image.NewGray16(indexed.Rect)
	for x, v := range []uint16{0x00ff, 0x1280, 0xffff} {
		grey16.SetGray16(x, 0, color.Gray16{Y: v})
	}
	cmyk := image.NewCMYK(indexed.Rect)
	copy(cmyk.Pix, []uint8{0, 0, 0, 0, 255, 0, 0, 0, 0, 128, 0, 255})
	for _, c := range []struct {
		name        string
		img         image.RGBA64Image
		want        []uint8
		transparent bool
	}{
		{"straight alpha", straight, colours, true},
		{"16 bits and alpha", deep, colours, true},
		{"palette", indexed, colours, true},
		{"16-bit grey", grey16, []uint8{0x00, 0x12, 0xff, 0x00, 0x12, 0xff, 0x00, 0x12, 0xff}, false},
		{"CMYK", cmyk, []uint8{255, 0, 0, 255, 255, 0, 255, 255, 0}, false},
	} {
		p := Of(c.img)
		if got := planes(p); !slices.Equal(got, c.want) || p.Transparent() != c.transparent {
			t.Errorf("%s: %v, want %v; transparent: %v", c.name, got, c.want, p.Transparent())
		}
	}
}

// TestFirstFrame: an animation gives its first image, at its place on the
// canvas.
func TestFirstFrame(t *testing.T) {
	first, second := letter([]string{"##", ".#"}), letter([]string{"..", ".."})
	want := planes(Of(letter([]string{"....", "....", "..##", "...#"})))
	at := image.Pt(2, 2)
	var animation bytes.Buffer
	g := gif.GIF{Config: image.Config{Width: 4, Height: 4}, Delay: []int{1, 1}}
	for _, f := range []*image.NRGBA{first, second} {
		frame := image.NewPaletted(f.Rect.Add(at), color.Palette{color.White, color.Black})
		for i := range frame.Pix {
			frame.Pix[i] = 1 - f.Pix[4*i]/255
		}
		g.Image = append(g.Image, frame)
	}
	if err := gif.EncodeAll(&animation, &g); err != nil {
		t.Fatal(err)
	}
	for name, file := range map[string][]byte{
		"GIF":  animation.Bytes(),
		"WebP": picturetest.AnimatedWebP(image.Pt(4, 4), []image.Image{first, second}, []image.Point{at, at}),
	} {
		if p := decoded(t, file); p.Format != name || !slices.Equal(planes(p), want) {
			t.Errorf("%s: %v, want %v", name, planes(p), want)
		}
	}
}

// Lossy WebP files of two halves.
const (
	blackAndWhite = "UklGRjIAAABXRUJQVlA4ICYAAABwAgCdASogABAALplotFoiqCgoCACYS0gAB7KAAP74Iw/7mAAAAA=="
	redAndBlue    = "UklGRkYAAABXRUJQVlA4IDoAAACQAgCdASogABAAAsBMJaACdMoRwN4B8gHIAA3+AAD+7CZf4pqe9P/2VfzHmeqZ/J2BDMbhIcDXIHwA"
)

// TestLossyWebP: libwebp wrote the files, and reads these colours from them.
func TestLossyWebP(t *testing.T) {
	for file, want := range map[string][]uint8{
		blackAndWhite: {0, 0, 0, 255, 255, 255},
		redAndBlue:    {252, 19, 9, 8, 30, 241},
	} {
		data, err := base64.StdEncoding.DecodeString(file)
		if err != nil {
			t.Fatal(err)
		}
		all := planes(decoded(t, data))
		var got []uint8
		for _, x := range []int{4, 28} {
			for c := range 3 {
				got = append(got, all[c*32*16+8*32+x])
			}
		}
		if d := furthest(got, want); d > 1 {
			t.Errorf("%v, want %v", got, want)
		}
	}
}

// TestHostile: a file that cannot be a picture causes an error and needs little memory.
func TestHostile(t *testing.T) {
	img := pattern(12, 9)
	huge := func(ending string, change func(data []byte)) []byte {
		data := bytes.Clone(picturetest.Encode(t, ending, img))
		change(data)
		return data
	}
	le, be := binary.LittleEndian, binary.BigEndian
	files := map[string][]byte{
		"empty": nil, "text": []byte("not a picture"), "HEIC": []byte("\x00\x00\x00\x18ftypheic"),
		"huge BMP":      huge(".bmp", func(d []byte) { le.PutUint32(d[18:], 60000); le.PutUint32(d[22:], 60000) }),
		"huge GIF":      huge(".gif", func(d []byte) { le.PutUint16(d[6:], 65535); le.PutUint16(d[8:], 65535) }),
		"huge WebP":     picturetest.AnimatedWebP(image.Pt(1<<16, 1<<15), []image.Image{img}, []image.Point{{}}),
		"frame outside": picturetest.AnimatedWebP(image.Pt(12, 12), []image.Image{img}, []image.Point{{2, 0}}),
		"no frame":      picturetest.AnimatedWebP(image.Pt(12, 12), nil, nil),
		"huge TIFF": huge(".tif", func(d []byte) {
			at := le.Uint32(d[4:]) + 2
			le.PutUint32(d[at+8:], 60000)
			le.PutUint32(d[at+20:], 60000)
		}),
		"huge JPEG": huge(".jpg", func(d []byte) {
			at := bytes.Index(d, []byte{0xff, 0xc0})
			be.PutUint16(d[at+5:], 65500)
			be.PutUint16(d[at+7:], 65500)
		}),
	}
	for _, ending := range append([]string{".jpg"}, picturetest.Lossless...) {
		data := picturetest.Encode(t, ending, img)
		files["truncated "+ending], files["head of "+ending] = data[:len(data)*2/3], data[:12]
	}
	for name, data := range files {
		if p, err := decode(data, maxPixels); err == nil {
			t.Errorf("%s: a %s of %v", name, p.Format, p.stored.Bounds())
		}
	}
	if _, err := decode(picturetest.Encode(t, ".png", img), 12*9-1); err == nil {
		t.Error("the limit is not applied")
	}
	long := filepath.Join(t.TempDir(), "long.bmp")
	picturetest.Write(t, long, picturetest.Encode(t, ".bmp", img))
	if err := os.Truncate(long, maxBytes+1); err != nil { // takes no space on the disk
		t.Fatal(err)
	}
	if _, err := Open(long); err == nil {
		t.Error("a file of any length is read")
	}
	if got := fmt.Sprint(formatOf([]byte("hello"))); !bytes.Contains([]byte(got), []byte("JPEG, PNG, WebP, BMP, GIF, TIFF")) {
		t.Errorf("formats are not listed: %s", got)
	}
}
