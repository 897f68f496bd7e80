package onnxexport

import (
	"fbnas/dataset"
	"fbnas/graph"
	"fbnas/graph/opt"
	"fbnas/onnx"
)

// The values between pixels and a normalised image, in their order.
const (
	planesValue     = "input.planes"     // uint8 [N,C,H,W]
	rawValue        = "input.raw"        // float32, 0 to 255
	centredValue    = "input.centred"    // minus the mean
	normalisedValue = "input.normalised" // divided by the deviation
)

// readPixels lets the network read values as close to the pixels as its first
// convolutions allow, and returns the new outputs and the name of the value that they
// read. A convolution without padding takes the whole normalisation into its weights
// and bias. One with padding takes only the division: zero is the mean there, so
// the mean is subtracted before it, and the border is exact. Other
// operators read the normalised image.
func readPixels(g *graph.Graph, outputs []*graph.Node, image *graph.Node, p dataset.Preprocessing) ([]*graph.Node, string) {
	scale, shift := make([]float64, p.Channels), make([]float64, p.Channels)
	for c := range scale {
		scale[c] = 1 / (255 * float64(p.Std[c]))
		shift[c] = -float64(p.Mean[c]) / float64(p.Std[c])
	}
	for _, way := range []struct {
		reads string
		shift []float64
	}{{rawValue, shift}, {centredValue, nil}} {
		s := image.Shape
		raw := g.MapInput(way.reads, s[0], s[1], s[2], s[3])
		if after := opt.Rewrite(g, outputs, opt.ReadBefore(image, raw, scale, way.shift)); !reads(after, image) {
			return after, way.reads
		}
	}
	return outputs, image.Name
}

func reads(outputs []*graph.Node, input *graph.Node) bool {
	for _, n := range graph.Reachable(outputs...) {
		if n == input {
			return true
		}
	}
	return false
}

// takePixels replaces m's input, the value that a network reads, by pixels
// and the steps from pixels to that value.
func takePixels(m *onnx.Model, read string, p dataset.Preprocessing) error {
	mean, scale := make([]float32, p.Channels), make([]float32, p.Channels)
	for c := range mean {
		mean[c], scale[c] = float32(255*float64(p.Mean[c])), float32(1/(255*float64(p.Std[c])))
	}
	column := func(name string, v []float32) *onnx.Tensor {
		t := onnx.NewTensor(name, v, p.Channels, 1, 1)
		return &t
	}
	steps := []struct {
		op, out string
		with    *onnx.Tensor
		attrs   []onnx.Attr
	}{
		{"Transpose", planesValue, nil, []onnx.Attr{onnx.Ints("perm", 0, 3, 1, 2)}},
		{"Cast", rawValue, nil, []onnx.Attr{onnx.Int("to", int(onnx.Float32))}},
		{"Sub", centredValue, column("input.mean", mean), nil},
		{"Mul", normalisedValue, column("input.scale", scale), nil},
	}
	b := onnx.NewBuilder("", int(m.Opset("")))
	planes := m.Inputs()[0].Shape
	value := b.Input(Input, onnx.Uint8, onnx.Shape{planes[0], planes[2], planes[3], planes[1]})
	for _, s := range steps {
		in := []string{value}
		if s.with != nil {
			in = append(in, b.Initializer(s.with.Name, *s.with))
		}
		b.Node(s.op, in, []string{s.out}, s.attrs...)
		if value = s.out; value == read {
			break
		}
	}
	b.Output(read, onnx.Float32, planes)
	front, err := b.Model()
	if err != nil {
		return err
	}
	into, from := m.Proto.Graph, front.Proto.Graph
	into.Input = from.Input
	into.Node = append(from.Node, into.Node...)
	into.Initializer = append(from.Initializer, into.Initializer...)
	return nil
}
