package onnx_test

import (
	"testing"

	"fbnas/onnx"
)

// TestShapesThatNodesCompute: a resize to half the height and twice the width,
// as exporters of several opsets write it.
func TestShapesThatNodesCompute(t *testing.T) {
	for name, c := range map[string]struct {
		opset int
		sides func(b *onnx.Builder, shape string) string
	}{
		"Slice with attributes, Cast, Mul, Floor": {9, func(b *onnx.Builder, shape string) string {
			hw := b.Op("Slice", []string{shape}, onnx.Ints("starts", 2), onnx.Ints("ends", 4))
			float := b.Op("Cast", []string{hw}, onnx.Int("to", int(onnx.Float32)))
			scaled := b.Op("Floor", []string{b.Op("Mul", []string{float, b.Const(onnx.Vector[float32]("", .5, 2))})})
			return b.Op("Cast", []string{scaled}, onnx.Int("to", int(onnx.Int64)))
		}},
		"Split by attribute": {11, func(b *onnx.Builder, shape string) string {
			b.Node("Split", []string{shape}, []string{"n", "h", "w"}, onnx.Ints("split", 2, 1, 1))
			two := b.Const(onnx.Vector[int64]("", 2))
			return b.Op("Concat", []string{b.Op("Div", []string{"h", two}), b.Op("Mul", []string{"w", two})}, onnx.Int("axis", 0))
		}},
		"Split by input": {13, func(b *onnx.Builder, shape string) string {
			b.Node("Split", []string{shape, b.Const(onnx.Vector[int64]("", 2, 1, 1))}, []string{"n", "h", "w"})
			two := b.Const(onnx.Vector[int64]("", 2))
			return b.Op("Concat", []string{b.Op("Div", []string{"h", two}), b.Op("Mul", []string{"w", two})}, onnx.Int("axis", 0))
		}},
		"Split evenly": {18, func(b *onnx.Builder, shape string) string {
			b.Node("Split", []string{shape}, []string{"n", "c", "h", "w"}, onnx.Int("num_outputs", 4))
			half := b.Op("Cast", []string{"h"}, onnx.Int("to", int(onnx.Float32)))
			half = b.Op("Cast", []string{b.Op("Div", []string{half, b.Const(onnx.Vector[float32]("", 2))})}, onnx.Int("to", int(onnx.Int64)))
			return b.Op("Concat", []string{half, b.Op("Add", []string{"w", "w"})}, onnx.Int("axis", 0))
		}},
	} {
		b := onnx.NewBuilder("shapes", c.opset)
		x := b.Input("x", onnx.Float32, onnx.Dims(1, 3, 9, 7))
		shape := b.Op("Shape", []string{x})
		sides := c.sides(b, shape)
		whole := b.Op("Concat", []string{b.Const(onnx.Vector[int64]("", 1, 3)), sides}, onnx.Int("axis", 0))
		b.Node("ConstantOfShape", []string{whole}, []string{"y"})
		b.Output("y", onnx.Float32, nil)
		m, err := b.Model()
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		types, err := onnx.InferShapes(m)
		if got := types["y"].String(); err != nil || got != "float32[1,3,4,14]" {
			t.Errorf("%s: %s, %v; want float32[1,3,4,14]", name, got, err)
		}
	}
}
