package dataset

import (
	"fmt"
	"image"
	"slices"

	"fbnas/dataset/picture"
)

// memory is a source whose images lie one after another in memory.
type memory struct {
	form   shape
	data   []uint8
	before Size // before they were brought to form
}

func (m *memory) shape() shape      { return m.form }
func (m *memory) inMemory() bool    { return true }
func (m *memory) name(i int) string { return fmt.Sprint(i) }

func (m *memory) pixels(i int, dst []uint8) error {
	copy(dst, m.data[i*m.form.size():])
	return nil
}

// newMemory makes a source from images of a file, in the size and the number
// of channels that o asks for. Grey images stay grey: the loader replicates.
func newMemory(data []uint8, f shape, o Options) *memory {
	want := shape{channels: min(f.channels, o.Channels), height: f.height, width: f.width}
	if o.Height > 0 && !o.Look {
		want.height, want.width = o.Height, o.Width
	}
	if want == f {
		return &memory{form: f, data: data, before: Size{f.width, f.height}}
	}
	n := len(data) / f.size()
	out := make([]uint8, n*want.size())
	for i := range n {
		p := picture.Of(imageOf(f, data[i*f.size():][:f.size()]))
		p.Fit(want.channels, want.height, want.width, out[i*want.size():][:want.size()])
	}
	return &memory{form: want, data: out, before: Size{f.width, f.height}}
}

// imageOf shows planes of pixels as an image.
func imageOf(f shape, data []uint8) image.RGBA64Image {
	whole := image.Rect(0, 0, f.width, f.height)
	if f.channels == 1 {
		return &image.Gray{Pix: data, Stride: f.width, Rect: whole}
	}
	m, plane := image.NewRGBA(whole), f.height*f.width
	for i := range plane {
		m.Pix[4*i], m.Pix[4*i+1], m.Pix[4*i+2], m.Pix[4*i+3] = data[i], data[i+plane], data[i+2*plane], 255
	}
	return m
}

// labelled checks labels against images and classes and makes the two one.
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
