package main

import (
	"bytes"
	"image"
	"image/color"
	"image/png"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"

	"fbnas/internal/fault"
)

// fixture is material for three classes, for each test anew.
func fixture() material {
	m := painted()
	m.vendors = slices.Clone(m.vendors)
	for i := range m.vendors {
		m.vendors[i].sprites = maps.Clone(m.vendors[i].sprites)
	}
	return m
}

// painted has drawings of one colour an emoji and photographs of one grey each.
var painted = sync.OnceValue(func() material {
	m := material{packages: []packageRecord{{Name: "paint", Version: "1", Licence: "CC0-1.0"}}}
	for i, subgroup := range []string{"bird", "fruit", "tool"} {
		for j := range fewestEmoji + i {
			m.emoji = append(m.emoji, emoji{subgroup + string(rune('a'+j)), subgroup})
		}
	}
	m.emoji = append(m.emoji, emoji{"alone", "rare"})
	for i, v := range vendors {
		drawn := sprites{}
		for j, e := range m.emoji {
			drawn[e.name] = paint(12+i, 9, color.NRGBA{uint8(20 * i), uint8(5 * j), 200, 255})
		}
		m.vendors = append(m.vendors, drawings{v, drawn})
	}
	for s := range sides {
		for i := range 3 {
			img := image.NewRGBA(image.Rect(0, 0, 80, 64))
			for k := range img.Pix {
				img.Pix[k] = uint8(100*int(s) + 30*i)
				if k%4 == 3 {
					img.Pix[k] = 255
				}
			}
			m.photos[s] = append(m.photos[s], newBackground(s.String()+string(rune('0'+i)), img))
		}
	}
	return m
})

// paint is a PNG of one colour with a transparent border of one pixel.
func paint(width, height int, c color.NRGBA) []byte {
	img := image.NewNRGBA(image.Rect(0, 0, width, height))
	for y := 1; y < height-1; y++ {
		for x := 1; x < width-1; x++ {
			img.SetNRGBA(x, y, c)
		}
	}
	var out bytes.Buffer
	if err := (&png.Encoder{CompressionLevel: png.NoCompression}).Encode(&out, img); err != nil {
		panic(err)
	}
	return out.Bytes()
}

// few are options for a small data set of the fixture.
func few() options {
	o := defaults()
	o.Size, o.Train, o.Test, o.Classes = 24, 8, 3, 3
	return o
}

func world0(t *testing.T, o options) world {
	t.Helper()
	w, err := newWorld(o, fixture())
	if err != nil {
		t.Fatal(err)
	}
	return w
}

func TestSidesShareNothing(t *testing.T) {
	for _, v := range vendors {
		o := few()
		o.TestVendor = v.name
		w := world0(t, o)
		if got := w.vendors[forTesting]; len(got) != 1 || got[0].name != v.name {
			t.Errorf("testing %s: the test vendors are %v", v.name, got)
		}
		for _, other := range w.vendors[forTraining] {
			if other.family == v.family {
				t.Errorf("testing %s: training has %s of the same family", v.name, other.name)
			}
		}
		for _, p := range w.pictures() {
			if p.side == forTesting != strings.HasSuffix(p.path, "-"+v.name+".jpg") || p.side == forTesting != strings.HasPrefix(p.path, "test/") {
				t.Errorf("testing %s: %s", v.name, p.path)
			}
		}
	}
	seen := map[string]side{}
	for _, w := range backgrounds {
		for _, p := range w.photos {
			for _, key := range []string{p.sha256, p.name} {
				if s, ok := seen[key]; ok && s != w.side {
					t.Errorf("%s is on both sides", p.name)
				}
				seen[key] = w.side
			}
		}
	}
}

// TestPhotographsKeepToTheirSide: those of the fixture tell by their brightness.
func TestPhotographsKeepToTheirSide(t *testing.T) {
	o := few()
	o.Jitter = 0
	w := world0(t, o)
	for number := range uint64(200) {
		for s := range sides {
			if grey := int(w.crop(newRand(number), s).Pix[0]); grey < 100*int(s) || grey >= 100*int(s)+61 {
				t.Fatalf("a crop for %s has the grey %d", s, grey)
			}
		}
	}
}

func TestClasses(t *testing.T) {
	for _, c := range []struct {
		classes int
		want    string
		err     string
	}{
		{3, "bird fruit tool", ""},
		{2, "fruit tool", ""}, // most emoji
		{4, "", "3 of the subgroups have 6 emoji or more"},
	} {
		o := few()
		o.Classes = c.classes
		w, err := newWorld(o, fixture())
		if c.err != "" {
			if err == nil || !strings.Contains(err.Error(), c.err) || fault.CodeOf(err) != fault.Usage {
				t.Errorf("%d classes: %v, want %q", c.classes, err, c.err)
			}
			continue
		}
		var names []string
		for _, c := range w.classes {
			names = append(names, c.name)
		}
		if err != nil || strings.Join(names, " ") != c.want {
			t.Errorf("%d classes: %v (%v), want %s", c.classes, names, err, c.want)
		}
	}
}

// TestEmojiLimit: those that most vendors have are chosen, in their order.
func TestEmojiLimit(t *testing.T) {
	m := fixture()
	for _, name := range []string{"birda", "birdc"} {
		delete(m.vendors[0].sprites, name)
	}
	o := few()
	o.Emoji = 3
	w, err := newWorld(o, m)
	if err != nil {
		t.Fatal(err)
	}
	if got := w.classes[0].emoji; !slices.Equal(got, []string{"birdb", "birdd", "birde"}) {
		t.Errorf("the class has %v", got)
	}
}

// TestEmojiOfFewVendors: an emoji needs the test vendor and three others.
func TestEmojiOfFewVendors(t *testing.T) {
	m := fixture()
	for i, v := range m.vendors {
		if v.name == "twemoji" {
			delete(v.sprites, "toola")
		} else if i > 1 {
			delete(v.sprites, "toolb")
		}
	}
	o := few()
	o.Emoji = 100
	w, err := newWorld(o, m)
	if err != nil {
		t.Fatal(err)
	}
	if got := w.classes[2].emoji; !slices.Equal(got, []string{"toolc", "toold", "toole", "toolf", "toolg", "toolh"}) {
		t.Errorf("the class has %v", got)
	}
}

func TestOptions(t *testing.T) {
	if err := defaults().validate(); err != nil {
		t.Fatal(err)
	}
	o := options{Size: 300, Train: 0, Classes: 1, Emoji: 0, ScaleMin: 0.5, ScaleMax: 0.4, Hide: -1, Jitter: 2, Rotate: 181, TestVendor: "nobody"}
	err := o.validate()
	for _, want := range []string{"--size 300", "--train 0", "--classes 1", "--emoji 0", "--scale-min 0.5", "--hide -1", "--jitter 2", "--rotate 181", "--test-vendor nobody"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %q in it", err, want)
		}
	}
}
