package onnxexport

import (
	"context"
	"fmt"
	"math"
	"slices"

	"fbnas/dataset"
	"fbnas/engine"
	"fbnas/internal/chw"
	"fbnas/onnx"
)

// Feed says how images go into a file and logits come out of it. Everything that
// runs exported files uses it.
type Feed struct {
	Input, Output string
	Batch         int // images in a run, or AnyBatch
	// Pixels is set if the file takes raw pixels, uint8 [N,H,W,C], and
	// normalises them like this.
	Pixels *dataset.Preprocessing
	// Last is set where the file takes float32 [N,H,W,C]: the shape of its images.
	Last *chw.Shape
}

// FeedOf is the feed of m, whose metadata are md. It fails for models that
// are not of the form that Export writes.
func FeedOf(m *onnx.Model, md Metadata) (Feed, error) {
	in, out := m.Inputs(), m.Outputs()
	if len(in) != 1 || len(out) != 1 || len(in[0].Shape) != 4 {
		return Feed{}, fmt.Errorf("the model takes %v and gives %v; want images, and one output", in, out)
	}
	f := Feed{Input: in[0].Name, Output: out[0].Name, Batch: AnyBatch}
	images, sides := in[0].Shape[0], onnx.Shape(in[0].Shape[1:])
	if images.Known() {
		f.Batch = int(images.Size)
	}
	lengths, fixed := sides.Lengths()
	if !fixed || f.Batch == 0 {
		return Feed{}, fmt.Errorf("the model takes %v; want images of one size", in[0])
	}
	switch in[0].Type {
	case onnx.Float32:
		last, err := channelsLast(m, md, lengths)
		if err == nil && last {
			f.Last = &chw.Shape{Channels: int(lengths[2]), Height: int(lengths[0]), Width: int(lengths[1])}
		}
		return f, err
	case onnx.Uint8:
		p := md.Preprocessing
		if p == nil || int64(p.Height) != lengths[0] || int64(p.Width) != lengths[1] || int64(p.Channels) != lengths[2] {
			return Feed{}, fmt.Errorf("the model takes pixels, %v, and its metadata do not say how they are normalised", in[0].Shape)
		}
		f.Pixels = p
		return f, nil
	}
	return Feed{}, fmt.Errorf("the model takes %v; want float32 or uint8", in[0].Type)
}

// Tensor is the file's input for images, one or several consecutive ones, each
// [C,H,W] and normalised.
func (f Feed) Tensor(images []float32) engine.Feed {
	switch {
	case f.Last != nil:
		return engine.Floats(f.channelsLast(images))
	case f.Pixels == nil:
		return engine.Floats(images)
	}
	p := f.Pixels
	plane := p.Height * p.Width
	pixels := make([]uint8, len(images))
	for i := range images {
		image, c, at := i/(plane*p.Channels), i/plane%p.Channels, i%plane
		pixels[(image*plane+at)*p.Channels+c] = f.pixel(images[i], c)
	}
	return engine.Bytes(pixels)
}

// channelsLast rearranges images so that the numbers of each pixel are adjacent.
func (f Feed) channelsLast(images []float32) []float32 {
	plane, channels := f.Last.Plane(), f.Last.Channels
	out := make([]float32, len(images))
	for i, v := range images {
		image, c, at := i/(plane*channels), i/plane%channels, i%plane
		out[(image*plane+at)*channels+c] = v
	}
	return out
}

// channelsLast reports whether a file of float32 takes [N,H,W,C] rather than
// [N,C,H,W]. The size of the images in its metadata decides; if that fits both or is
// missing, its first transposition decides, since ONNX convolutions have channels
// first. A size that fits neither is an error.
func channelsLast(m *onnx.Model, md Metadata, sides []int64) (bool, error) {
	p := md.Preprocessing
	if p == nil {
		return transposesFirst(m), nil
	}
	c, h, w := int64(p.Channels), int64(p.Height), int64(p.Width)
	first, last := slices.Equal(sides, []int64{c, h, w}), slices.Equal(sides, []int64{h, w, c})
	switch {
	case first && last:
		return transposesFirst(m), nil
	case !first && !last:
		return false, fmt.Errorf("the model takes %v, and its metadata state images of %dx%dx%d: neither [N,C,H,W] nor [N,H,W,C]", m.Inputs()[0], c, h, w)
	}
	return last, nil
}

// alongside are operators that do not move dimensions.
var alongside = []string{"Add", "Cast", "Clip", "Div", "Identity", "Mul", "Sub"}

// transposesFirst reports whether the first operator that moves the
// dimensions of a model's input makes the last one the second.
func transposesFirst(m *onnx.Model) bool {
	at := m.Inputs()[0].Name
	for _, n := range m.Proto.GetGraph().GetNode() { // values come before their readers
		if !slices.Contains(n.GetInput(), at) || len(n.GetOutput()) == 0 {
			continue
		}
		if n.GetOpType() == "Transpose" {
			return slices.Equal(onnx.Attribute(n, "perm").GetInts(), []int64{0, 3, 1, 2})
		}
		if !slices.Contains(alongside, n.GetOpType()) {
			return false
		}
		at = n.Output[0]
	}
	return false
}

// pixel is the pixel value nearest to a normalised value of channel c.
func (f Feed) pixel(v float32, c int) uint8 {
	x := math.Round(255 * (float64(v)*float64(f.Pixels.Std[c]) + float64(f.Pixels.Mean[c])))
	return uint8(min(max(x, 0), 255))
}

// Seen is a normalised image [C,H,W] as the file sees it. Images from a data
// set do not change; other values move to the nearest pixels.
func (f Feed) Seen(image []float32) []float32 {
	if f.Pixels == nil {
		return image
	}
	p, seen := f.Pixels, make([]float32, len(image))
	for i, v := range image {
		c := i / (p.Height * p.Width)
		seen[i] = (float32(f.pixel(v, c))/255 - p.Mean[c]) / p.Std[c]
	}
	return seen
}

// AtOnce is the number of images in a run: as many as the file takes,
// or 16 if it takes any number.
func (f Feed) AtOnce() int {
	const open = 16
	if f.Batch == AnyBatch {
		return open
	}
	return f.Batch
}

// Logits computes logits by a session of the file.
func (f Feed) Logits(s Runner) Logits {
	return Batched(normalisedRunner{s, f}, f.Input, f.Output, f.AtOnce())
}

// normalisedRunner is a session that takes normalised images, whatever the file takes.
type normalisedRunner struct {
	Runner
	Feed
}

func (f normalisedRunner) Run(ctx context.Context, feeds engine.Feeds) (engine.Results, error) {
	return f.Runner.Run(ctx, engine.Feeds{f.Input: f.Tensor(feeds[f.Input].Floats)})
}
