package job

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"path/filepath"
	"strings"
	"testing"

	"fbnas/dataset"
	"fbnas/dataset/picture"
	"fbnas/dataset/picture/picturetest"
)

// TestSamePictures: there is a warning where a network was trained on other
// pixels, and only for data for which that matters.
func TestSamePictures(t *testing.T) {
	plain, odd := fourPictures(t, 255), fourPictures(t, 100)
	for _, c := range []struct {
		set      *dataset.Set
		pictures int
		want     string
	}{
		{odd, 0, "of these pictures 0 are turned and 8 transparent"},
		{plain, 0, ""},
		{odd, picture.Definition, ""},
		{plain, picture.Definition + 1, "made by a newer fbnas"},
	} {
		var said bytes.Buffer
		samePictures(telling(&said), "model.onnx", dataset.Preprocessing{Pictures: c.pictures}, c.set)
		if (c.want == "") != (said.Len() == 0) || !strings.Contains(said.String(), c.want) {
			t.Errorf("said %q, want %q", said.String(), c.want)
		}
	}
}

func fourPictures(t *testing.T, alpha uint8) *dataset.Set {
	t.Helper()
	dir := t.TempDir()
	for i := range 4 {
		img := image.NewNRGBA(image.Rect(0, 0, 2, 2))
		img.SetNRGBA(0, 0, color.NRGBA{uint8(i), 0, 0, 255})
		for k := range 4 {
			img.Pix[4*k+3] = alpha
		}
		for _, part := range []string{"train", "test"} {
			file := filepath.Join(dir, part, fmt.Sprint(i%2), fmt.Sprint(i, part, ".png"))
			if part == "test" {
				img.SetNRGBA(1, 1, color.NRGBA{9, 9, uint8(i), 255})
			}
			picturetest.Write(t, file, picturetest.Encode(t, ".png", img))
		}
	}
	set, err := dataset.Open(t.Context(), dir, dataset.Options{Height: 2, Width: 2})
	if err != nil {
		t.Fatal(err)
	}
	return set
}
