package onnxexport_test

import (
	"bytes"
	"context"
	"slices"
	"testing"

	"fbnas/dataset"
	"fbnas/engine"
	"fbnas/engine/enginetest"
	"fbnas/engine/ort"
	"fbnas/internal/chw"
	"fbnas/internal/convert"
	"fbnas/models"
	"fbnas/onnx"
	"fbnas/onnxexport"
)

// TestZooOnPixels: no built-in network has superfluous nodes if it takes any
// number of pixel images; TestZooRuns tests the plain form. Their first
// convolutions have padding, hence Sub.
func TestZooOnPixels(t *testing.T) {
	f := onnxexport.Form{Batch: onnxexport.AnyBatch, Input: onnxexport.PixelsNHWC}
	p := dataset.Preprocessing{Shape: chw.Shape{Channels: 3, Height: 64, Width: 64}, Mean: []float32{0.4, 0.5, 0.6}, Std: []float32{1, 1, 1}}
	for _, name := range models.ArchNames() {
		arch, err := models.LoadArch(name)
		if err != nil {
			t.Fatal(err)
		}
		arch.Input.Height, arch.Input.Width = p.Height, p.Width
		blocks, err := arch.Resolve()
		if err != nil {
			t.Fatal(err)
		}
		m := export(t, onnxexport.Spec{Name: name, Blocks: blocks, Weights: flat(blocks), Form: f,
			Metadata: onnxexport.Metadata{Preprocessing: &p}})
		checkNeeded(t, m, f)
		checkDeclared(t, m, true)
		if ops := histogram(m); ops["Transpose"] != 1+shuffles(blocks) || ops["Sub"] != 1 {
			t.Errorf("%s: %v", name, ops)
		}
	}
}

func shuffles(blocks []models.Block) int {
	n := 0
	for _, b := range blocks {
		if b.Shuffle {
			n++
		}
	}
	return n
}

// flat are weights that are quick to make.
func flat(blocks []models.Block) map[string][]float64 {
	weights := map[string][]float64{}
	for _, p := range models.Params(blocks) {
		n := 1
		for _, d := range p.Shape {
			n *= d
		}
		weights[p.Name] = slices.Repeat([]float64{0.5}, n)
	}
	return weights
}

// TestPixels: a file that takes pixels computes from bytes what the network
// computes from the normalised image; the nodes before the
// first layer depend on that layer.
func TestPixels(t *testing.T) {
	p := dataset.Preprocessing{Shape: chw.Shape{Channels: 3, Height: 9, Width: 7}, Mean: []float32{0.485, 0.456, 0.406}, Std: []float32{0.229, 0.224, 0.225}}
	first := models.Block{Kind: models.Conv, Kernel: 3, Stride: 2, Pad: 1, Act: "hswish", Groups: 1, OutGroups: 1, In: 3, Out: 4, Height: 9, Width: 7, ExpandConv: true}
	unpadded, shortcut := first, first
	unpadded.Pad = 0
	shortcut.Kind, shortcut.Stride, shortcut.Mid, shortcut.Out, shortcut.Residual = models.IR, 1, 6, 3, true
	for name, c := range map[string]struct {
		block models.Block
		front []string
	}{
		"padding":    {first, []string{"Transpose", "Cast", "Sub"}},
		"no padding": {unpadded, []string{"Transpose", "Cast"}},
		"a shortcut": {shortcut, []string{"Transpose", "Cast", "Sub", "Mul"}},
	} {
		t.Run(name, func(t *testing.T) {
			blocks := []models.Block{c.block}
			s := onnxexport.Spec{Name: name, Blocks: blocks, Weights: onnxexport.RandomWeights(blocks, 3),
				Metadata: onnxexport.Metadata{Preprocessing: &p}, Form: onnxexport.Form{Batch: 2, Input: onnxexport.PixelsNHWC}}
			m := export(t, s)
			if in := m.Inputs(); len(in) != 1 || in[0].Name != "input" || in[0].Type != onnx.Uint8 || in[0].Shape.String() != "[2,9,7,3]" {
				t.Errorf("inputs %v", in)
			}
			var front []string
			for _, n := range m.Proto.Graph.Node[:len(c.front)+1] {
				front = append(front, n.GetOpType())
			}
			if want := append(slices.Clone(c.front), "Conv"); !slices.Equal(front, want) {
				t.Errorf("nodes begin with %v, want %v", front, want)
			}
			images, pixels := bytePictures(2, p)
			o, err := ort.Open(encode(t, m), options(t))
			if err != nil {
				t.Fatal(err)
			}
			defer o.Close()
			got, err := o.Run(context.Background(), engine.Feeds{"input": engine.Bytes(pixels)})
			if err != nil {
				t.Fatal(err)
			}
			if err := enginetest.Close(got["logits"], oracle(t, s, 2, convert.Slice[float64](images)), 1e-5); err != nil {
				t.Error(err)
			}
			md, err := onnxexport.ReadMetadata(m)
			if err != nil {
				t.Fatal(err)
			}
			feed, err := onnxexport.FeedOf(m, md)
			if err != nil {
				t.Fatal(err)
			}
			if fed := feed.Tensor(images).Bytes; !bytes.Equal(fed, pixels) {
				t.Errorf("fed %v for pixels %v", fed, pixels)
			}
			if seen := feed.Seen(images[:9*7*3]); !slices.Equal(seen, images[:9*7*3]) {
				t.Error("the file sees other images than the data set's")
			}
		})
	}
}

// bytePictures are n images in two forms: normalised, as from a data set, and as
// pixels, [H,W,C].
func bytePictures(n int, p dataset.Preprocessing) (images []float32, pixels []uint8) {
	plane := p.Height * p.Width
	images, pixels = make([]float32, n*plane*p.Channels), make([]uint8, n*plane*p.Channels)
	for i := range images {
		image, c, at := i/(plane*p.Channels), i/plane%p.Channels, i%plane
		v := uint8(i * 97)
		pixels[(image*plane+at)*p.Channels+c] = v
		images[i] = (float32(v)/255 - p.Mean[c]) / p.Std[c]
	}
	return images, pixels
}
