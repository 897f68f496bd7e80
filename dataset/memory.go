package dataset

import (
	"fmt"
	"image"
	"slices"

	"fbnas/dataset/picture"
	"fbnas/internal/chw"
)

// memory is a source whose images are consecutive in memory.
type memory struct {
	form   chw.Shape
	data   []uint8
	before Size // before they were scaled
}

func (m *memory) shape() chw.Shape  { return m.form }
func (m *memory) inMemory() bool    { return true }
func (m *memory) name(i int) string { return fmt.Sprint(i) }

func (m *memory) pixels(i int, dst []uint8) error {
	copy(dst, m.data[i*m.form.Size():])
	return nil
}

// newMemory makes a source from images of a file, in the size and the number
// of channels that o asks for. Grey images stay grey: the loader replicates.
func newMemory(data []uint8, f chw.Shape, o Options) *memory {
	want := chw.Shape{Channels: min(f.Channels, o.Channels), Height: f.Height, Width: f.Width}
	if o.Height > 0 && !o.Look {
		want.Height, want.Width = o.Height, o.Width
	}
	if want == f {
		return &memory{form: f, data: data, before: Size{f.Width, f.Height}}
	}
	n := len(data) / f.Size()
	out := make([]uint8, n*want.Size())
	for i := range n {
		p := picture.Of(imageOf(f, data[i*f.Size():][:f.Size()]))
		p.Fit(want.Channels, want.Height, want.Width, out[i*want.Size():][:want.Size()])
	}
	return &memory{form: want, data: out, before: Size{f.Width, f.Height}}
}

// imageOf shows planes of pixels as an image.
func imageOf(f chw.Shape, data []uint8) image.RGBA64Image {
	whole := image.Rect(0, 0, f.Width, f.Height)
	if f.Channels == 1 {
		return &image.Gray{Pix: data, Stride: f.Width, Rect: whole}
	}
	m, plane := image.NewRGBA(whole), f.Height*f.Width
	for i := range plane {
		m.Pix[4*i], m.Pix[4*i+1], m.Pix[4*i+2], m.Pix[4*i+3] = data[i], data[i+plane], data[i+2*plane], 255
	}
	return m
}

// labelled checks labels against images and classes and combines them.
func labelled(name string, src source, content []Content, labels []uint8, classes int) (images, error) {
	n := len(content)
	if len(labels) != n {
		return images{}, damaged("%s has %d labels for %d images", name, len(labels), n)
	}
	im := images{src: src, labels: make([]int64, n), content: content, keep: make([]int, n)}
	for i, l := range labels {
		if int(l) >= classes {
			return images{}, damaged("%s: label %d of image %d is above the last class, %d", name, l, i, classes-1)
		}
		im.labels[i], im.keep[i] = int64(l), i
	}
	return im, nil
}

// numbered names n classes "0" to "n-1".
func numbered(n int) []string {
	names := make([]string, n)
	for i := range names {
		names[i] = fmt.Sprint(i)
	}
	return names
}

// classCount is one more than the largest label.
func classCount(labels []uint8) int {
	if len(labels) == 0 {
		return 0
	}
	return int(slices.Max(labels)) + 1
}
