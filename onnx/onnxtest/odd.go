package onnxtest

import (
	"google.golang.org/protobuf/proto"

	"fbnas/onnx"
	"fbnas/onnx/onnxpb"
)

// OddModels are files like those of other people, each of a kind that was once
// timed wrongly or refused.
var OddModels = map[string]func(b *onnx.Builder){
	// Height and width are open.
	"open": func(b *onnx.Builder) {
		pooled(b, b.Input("x", onnx.Float32, onnx.Shape{onnx.Sym("batch"), onnx.Fixed(3), onnx.Sym("height"), onnx.Sym("width")}))
	},
	// The same network for one size.
	"fixed": func(b *onnx.Builder) { pooled(b, b.Input("x", onnx.Float32, onnx.Dims(1, 3, 32, 32))) },
	// No shape is declared.
	"shapeless": func(b *onnx.Builder) { pooled(b, b.Input("x", onnx.Float32, nil)) },
	// Height, width and channels are open.
	"channels": func(b *onnx.Builder) {
		pooled(b, b.Input("x", onnx.Float32, onnx.Shape{onnx.Sym("N"), onnx.Sym("C"), onnx.Sym("H"), onnx.Sym("W")}))
	},
	// An image without rows.
	"empty": func(b *onnx.Builder) {
		b.Node("Relu", []string{b.Input("x", onnx.Float32, onnx.Dims(1, 3, 0, 32))}, []string{"y"})
		b.Output("y", onnx.Float32, nil)
	},
	// Two inputs that share an open length: numbers of words, and which of them count.
	"words": func(b *onnx.Builder) {
		words := onnx.Shape{onnx.Sym("batch"), onnx.Sym("sequence")}
		ids, mask := b.Input("ids", onnx.Int64, words), b.Input("mask", onnx.Bool, words)
		table := b.Initializer("table", onnx.NewTensor("", []float32{1, 2, 3, 4}, 2, 2))
		rows := b.Op("Gather", []string{table, ids})
		counts := b.Op("Unsqueeze", []string{b.Op("Cast", []string{mask}, onnx.Int("to", onnx.Float32)), b.Const(onnx.Vector[int64]("", 2))})
		b.Node("Mul", []string{rows, counts}, []string{"y"})
		b.Output("y", onnx.Float32, onnx.Shape{words[0], words[1], onnx.Fixed(2)})
	},
	// Words as strings.
	"strings": func(b *onnx.Builder) {
		b.Node("Identity", []string{b.Input("text", onnx.StringType, onnx.Dims(1))}, []string{"y"})
		b.Output("y", onnx.StringType, onnx.Dims(1))
	},
	// Entirely in float16.
	"half": func(b *onnx.Builder) {
		b.Node("Relu", []string{b.Input("x", onnx.Float16, onnx.Dims(1, 3, 8, 8))}, []string{"y"})
		b.Output("y", onnx.Float16, onnx.Dims(1, 3, 8, 8))
	},
	// A softmax of e^0 to e^-100; those below e^-87.3 are denormal.
	"sure": func(b *onnx.Builder) {
		zeros := b.Op("Mul", []string{b.Input("x", onnx.Float32, onnx.Dims(1, 1)), b.Const(onnx.Vector[float32]("", 0))})
		steps := make([]float32, 101)
		for i := range steps {
			steps[i] = float32(-i)
		}
		b.Node("Softmax", []string{b.Op("Add", []string{zeros, b.Const(onnx.NewTensor("", steps, 1, 101))})}, []string{"y"}, onnx.Int("axis", 1))
		b.Output("y", onnx.Float32, onnx.Dims(1, 101))
	},
}

// pooled is a convolution of ones to 16 channels and its mean.
func pooled(b *onnx.Builder, x string) {
	ones := make([]float32, 16*3*9)
	for i := range ones {
		ones[i] = 1
	}
	w := b.Initializer("w", onnx.NewTensor("", ones, 16, 3, 3, 3))
	c := b.Op("Conv", []string{x, w}, onnx.Ints("pads", 1, 1, 1, 1))
	b.Node("GlobalAveragePool", []string{c}, []string{"y"})
	b.Output("y", onnx.Float32, onnx.Shape{onnx.Sym("batch"), onnx.Fixed(16), onnx.Fixed(1), onnx.Fixed(1)})
}

// OddModel is one of OddModels.
func OddModel(kind string) (*onnx.Model, error) {
	b := onnx.NewBuilder(kind, 17)
	OddModels[kind](b)
	return b.Model()
}

// ReferTo moves the first initializer's bytes out of a model.
func ReferTo(m *onnx.Model, location string) []byte {
	w := m.Proto.Graph.Initializer[0]
	raw := w.RawData
	w.RawData, w.DataLocation = nil, onnxpb.TensorProto_EXTERNAL.Enum()
	w.ExternalData = []*onnxpb.StringStringEntryProto{{Key: proto.String("location"), Value: &location}}
	return raw
}
