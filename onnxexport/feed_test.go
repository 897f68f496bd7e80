package onnxexport_test

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"

	"fbnas/dataset"
	"fbnas/internal/chw"
	"fbnas/onnx"
	"fbnas/onnxexport"
)

func TestFeedRefuses(t *testing.T) {
	fixed, open := onnx.Dims(1, 2, 2, 1), onnx.Sym("height")
	p := &dataset.Preprocessing{Shape: chw.Shape{Channels: 1, Height: 2, Width: 2}, Mean: []float32{0}, Std: []float32{1}}
	wide := *p
	wide.Width = 3
	for name, c := range map[string]struct {
		input onnx.DType
		shape onnx.Shape
		more  bool // inputs
		md    onnxexport.Metadata
		want  string
	}{
		"floats":                       {onnx.Float32, fixed, false, onnxexport.Metadata{}, ""},
		"pixels":                       {onnx.Uint8, fixed, false, onnxexport.Metadata{Preprocessing: p}, ""},
		"pixels of unknown meaning":    {onnx.Uint8, fixed, false, onnxexport.Metadata{}, "do not say how they are normalised"},
		"pixels of another size":       {onnx.Uint8, fixed, false, onnxexport.Metadata{Preprocessing: &wide}, "do not say how they are normalised"},
		"images of any size":           {onnx.Float32, onnx.Shape{fixed[0], fixed[1], open, fixed[2]}, false, onnxexport.Metadata{}, "images of one size"},
		"no images":                    {onnx.Float32, onnx.Dims(0, 2, 2, 1), false, onnxexport.Metadata{}, "images of one size"},
		"vectors":                      {onnx.Float32, onnx.Dims(1, 4), false, onnxexport.Metadata{}, "want images"},
		"two inputs":                   {onnx.Float32, fixed, true, onnxexport.Metadata{}, "want images"},
		"a type that is never written": {onnx.Int8, fixed, false, onnxexport.Metadata{}, "int8; want float32 or uint8"},
	} {
		b := onnx.NewBuilder("m", 17)
		b.Node("Cast", []string{b.Input("x", c.input, c.shape)}, []string{"y"}, onnx.Int("to", int(onnx.Float32)))
		if c.more {
			b.Input("z", onnx.Float32, fixed)
		}
		b.Output("y", onnx.Float32, c.shape)
		m, err := b.Model()
		if err != nil {
			t.Fatal(err)
		}
		_, err = onnxexport.FeedOf(m, c.md)
		if c.want == "" && err != nil || c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)) {
			t.Errorf("%s: %v, want %q", name, err, c.want)
		}
	}
}

// TestLayoutOfFloats: a file that takes [N,H,W,C] gets it, whatever its layout follows from.
func TestLayoutOfFloats(t *testing.T) {
	images := func(c, h, w int) *dataset.Preprocessing {
		return &dataset.Preprocessing{Shape: chw.Shape{Channels: c, Height: h, Width: w}, Mean: make([]float32, c), Std: slices.Repeat([]float32{1}, c)}
	}
	const first, last = "[1 2 3 4 5 6 7 8]", "[1 5 2 6 3 7 4 8]" // of two channels of 2x2
	for _, c := range []struct {
		name   string
		shape  []int
		stated *dataset.Preprocessing
		op     string
		want   string
	}{
		{"nothing says it", []int{2, 2, 2}, nil, "Relu", first},
		{"a transposition", []int{2, 2, 2}, nil, "Transpose", last},
		{"a transposition, where the sizes fit both", []int{2, 2, 2}, images(2, 2, 2), "Transpose", last},
		{"none, where the sizes fit both", []int{2, 2, 2}, images(2, 2, 2), "Relu", first},
		{"the size, channels first", []int{2, 4, 1}, images(2, 4, 1), "Transpose", first},
		{"the size, channels last", []int{4, 1, 2}, images(2, 4, 1), "Relu", last},
		{"the size, wide", []int{1, 4, 2}, images(2, 1, 4), "Relu", last},
		{"another size", []int{2, 4, 2}, images(2, 4, 1), "Relu", "neither [N,C,H,W] nor [N,H,W,C]"},
	} {
		b := onnx.NewBuilder("m", 17)
		x := b.Op("Div", []string{b.Input("x", onnx.Float32, onnx.Dims(1, c.shape[0], c.shape[1], c.shape[2])), b.Const(onnx.Scalar[float32]("", 2))})
		if c.op == "Transpose" {
			b.Node(c.op, []string{x}, []string{"y"}, onnx.Ints("perm", 0, 3, 1, 2))
		} else {
			b.Node(c.op, []string{x}, []string{"y"})
		}
		b.Output("y", onnx.Float32, nil)
		m, err := b.Model()
		if err != nil {
			t.Fatal(err)
		}
		f, err := onnxexport.FeedOf(m, onnxexport.Metadata{Preprocessing: c.stated})
		if err != nil {
			if !strings.Contains(err.Error(), c.want) {
				t.Errorf("%s: %v, want %s", c.name, err, c.want)
			}
			continue
		}
		if got := fmt.Sprint(f.Tensor([]float32{1, 2, 3, 4, 5, 6, 7, 8}).Floats); got != c.want {
			t.Errorf("%s: fed %s, want %s", c.name, got, c.want)
		}
	}
}

// TestSeen: values between and beyond pixels move to the nearest pixels, which
// are then the file's input.
func TestSeen(t *testing.T) {
	p := &dataset.Preprocessing{Shape: chw.Shape{Channels: 1, Height: 1, Width: 4}, Mean: []float32{0.5}, Std: []float32{0.25}}
	f := onnxexport.Feed{Input: "input", Batch: 1, Pixels: p}
	image := []float32{-7, 0, 0.001, 9}
	seen := f.Seen(image)
	grey := float32(128)
	grey = (grey/255 - p.Mean[0]) / p.Std[0] // as data sets normalise
	if want := []float32{-2, grey, grey, 2}; !slices.Equal(seen, want) {
		t.Errorf("%v is seen as %v, want %v", image, seen, want)
	}
	if a, b := f.Tensor(image).Bytes, f.Tensor(seen).Bytes; !bytes.Equal(a, b) || !bytes.Equal(a, []uint8{0, 128, 128, 255}) {
		t.Errorf("fed %v and %v", a, b)
	}
	f.Pixels = nil
	if !slices.Equal(f.Seen(image), image) || !slices.Equal(f.Tensor(image).Floats, image) {
		t.Error("floats are changed")
	}
}

func TestFloatsAreTheDefault(t *testing.T) {
	named := export(t, in(t, onnxexport.Form{Batch: 1, Opset: 17, Input: onnxexport.FloatNCHW}))
	if !bytes.Equal(encode(t, named), encode(t, export(t, in(t, onnxexport.Form{})))) {
		t.Error("the default form, said in full, gives another file")
	}
}
