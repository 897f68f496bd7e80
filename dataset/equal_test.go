package dataset

import (
	"bytes"
	"log/slog"
	"strings"
	"testing"

	"fbnas/internal/chw"
)

func TestWarnEqual(t *testing.T) {
	for _, c := range []struct {
		name   string
		images []uint8 // each a picture of this level
		labels []uint8
		want   string // "": no warning
	}{
		{"all", []uint8{7, 7, 7, 7}, []uint8{0, 1, 0, 1}, "all 4 training images have the same pixels"},
		{"one a class, all", []uint8{7, 7}, []uint8{0, 1}, "all 2 training images have the same pixels"},
		{"each class", []uint8{7, 8, 7, 8}, []uint8{0, 1, 0, 1}, "2 of 2 classes have training images of the same pixels only (zero, one)"},
		{"one class", []uint8{7, 8, 9, 8}, []uint8{0, 1, 0, 1}, "1 of 2 classes have training images of the same pixels only (one)"},
		{"the last differs", []uint8{7, 8, 7, 8, 6, 9}, []uint8{0, 1, 0, 1, 0, 1}, ""},
		{"only the first differs", []uint8{6, 9, 7, 7, 7, 7}, []uint8{0, 1, 0, 1, 0, 1}, ""},
		{"one a class, different", []uint8{7, 8}, []uint8{0, 1}, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			form := chw.Shape{Channels: 1, Height: 2, Width: 2}
			var data []uint8
			for _, v := range c.images {
				data = append(data, v, v, v, v)
			}
			im, err := labelled("test", &memory{form: form, data: data}, contents(data, form.Size()), c.labels, 2)
			if err != nil {
				t.Fatal(err)
			}
			var said bytes.Buffer
			s := newSplit(im, &Set{Classes: []string{"zero", "one"}})
			if err := s.warnEqual(slog.New(slog.NewTextHandler(&said, nil))); err != nil {
				t.Fatal(err)
			}
			if (c.want == "") != (said.Len() == 0) || !strings.Contains(said.String(), c.want) {
				t.Errorf("said %q, want %q", said.String(), c.want)
			}
		})
	}
}
