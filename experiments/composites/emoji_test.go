package main

import (
	"bytes"
	"encoding/json"
	"image"
	"image/color"
	"image/png"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

func TestReadEmoji(t *testing.T) {
	folder := t.TempDir()
	put := func(name, text string) {
		if err := os.WriteFile(filepath.Join(folder, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	put("groups.json", `{"groups": {"0": "animals-nature", "1": "symbols"}, "subgroups": {"4": "animal-bird", "5": "arrow"}}`)
	put("chars.json", `{"1f426": "bird", "1f54a": "dove", "27a1": "right-arrow"}`)
	names, err := readNames([]string{folder})
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ table, want, err string }{
		{`[{"hexcode": "1F426", "group": 0, "subgroup": 4}, {"hexcode": "1F54A-FE0F", "group": 0, "subgroup": 4},
		   {"hexcode": "27A1", "group": 1, "subgroup": 5}, {"hexcode": "1F1E6"}]`, "bird/animal-bird dove/animal-bird", ""},
		{`[{"hexcode": "1F999", "group": 0, "subgroup": 4}]`, "", "no vendor names the emoji 1F999"},
		{`[{]`, "", "data.json"},
	} {
		put("data.json", c.table)
		all, err := readEmoji(folder, names)
		if c.err != "" {
			if err == nil || !strings.Contains(err.Error(), c.err) {
				t.Errorf("%s: %v, want %q", c.table, err, c.err)
			}
			continue
		}
		var got []string
		for _, e := range all {
			got = append(got, e.name+"/"+e.subgroup)
		}
		if err != nil || strings.Join(got, " ") != c.want {
			t.Errorf("%s: %v (%v), want %s", c.table, got, err, c.want)
		}
	}
}

func TestSVG(t *testing.T) {
	var s iconSet
	err := json.Unmarshal([]byte(`{"width": 32, "height": 32, "icons": {"left": {"body": "<a/>"}, "wide": {"body": "<b/>", "width": 64, "top": 2}},
		"aliases": {"right": {"parent": "left", "hFlip": true}, "broad": {"parent": "wide"}, "lost": {"parent": "gone"}}}`), &s)
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{
		"left":  `viewBox="0 0 32 32"><a/></svg>`,
		"right": `viewBox="0 0 32 32"><g transform="matrix(-1 0 0 1 32 0)"><a/></g></svg>`,
		"broad": `viewBox="0 2 64 32"><b/></svg>`,
		"lost":  "",
	} {
		if got, ok := s.svg(name); !strings.HasSuffix(got, want) || ok != (want != "") {
			t.Errorf("%s is %s", name, got)
		}
	}
}

func TestSprites(t *testing.T) {
	trimmed, err := trim(paint(12, 9, color.NRGBA{9, 8, 7, 100}))
	if err != nil {
		t.Fatal(err)
	}
	var empty, archive bytes.Buffer
	if err := png.Encode(&empty, image.NewNRGBA(image.Rect(0, 0, 3, 3))); err != nil {
		t.Fatal(err)
	}
	if _, err := trim(empty.Bytes()); err == nil {
		t.Error("an empty drawing was taken")
	}
	if err := (sprites{"bird": trimmed, "dove": trimmed}).write(&archive, []string{"bird", "missing", "dove"}); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "sprites.zip")
	if err := os.WriteFile(path, archive.Bytes(), 0o644); err != nil {
		t.Fatal(err)
	}
	kept, err := readSprites(path)
	if err != nil || len(kept) != 2 {
		t.Fatalf("%d sprites (%v), want 2", len(kept), err)
	}
	img, err := kept.load("dove")
	if err != nil || img.Rect != image.Rect(0, 0, 10, 7) || !slices.Equal(img.Pix[:4], []byte{3, 3, 2, 100}) {
		t.Errorf("a sprite is %v, %v (%v)", img.Rect, img.Pix[:4], err)
	}
	if _, err := kept.load("missing"); err == nil {
		t.Error("a sprite that is not there was loaded")
	}
}
