package quantize_test

import (
	"slices"
	"strings"
	"testing"

	"fbnas/engine/enginetest"
	"fbnas/onnx"
	"fbnas/quantize"
)

// shared is a model in which every constant has several readers, as equal
// constants of frozen or new blocks have in an exported file.
// Names that quantisation would choose are in use already.
func shared(t *testing.T) *onnx.Model {
	b := onnx.NewBuilder("shared", 17)
	constant := func(name string, values []float32, dims ...int) string {
		return b.Initializer(name, onnx.NewTensor("", values, dims...))
	}
	weight := constant("one.weight", []float32{0.5, -1, 1, 0.25}, 2, 2, 1, 1)
	bias := constant("one.bias", []float32{0.5, -0.25}, 2)
	other := constant("two.weight", []float32{-0.5, 1, 1, 0.75}, 2, 2, 1, 1)
	square := constant("one.weight.quantized", []float32{1, -0.5, 0.5, 1}, 2, 2)
	factor := constant("factor", []float32{1, -2}, 1, 2, 1, 1)

	y := b.Input("input", onnx.Float32, onnx.Dims(1, 2, 4, 4))
	for _, w := range []string{weight, weight, other} {
		y = b.Op("Conv", []string{y, w, bias})
		y = b.Op("Add", []string{y, factor})
		y = b.Op("Mul", []string{factor, y})
	}
	y = b.Op("Add", []string{y, weight}) // [2,2,1,1] against [1,2,4,4]
	y = b.Op("GlobalAveragePool", []string{y})
	y = b.Op("Reshape", []string{y, b.Initializer("rows", onnx.Vector[int64]("", 2, 2))})
	y = b.Op("Gemm", []string{y, square, bias})
	y = b.Op("Add", []string{y, bias})
	b.Node("Gemm", []string{y, square, bias}, []string{"logits"}, onnx.Int("transB", 1))
	b.Output("logits", onnx.Float32, onnx.Dims(2, 2))
	m, err := b.Model()
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// TestShared: each reader of a shared constant gets codes of its own, and a
// layer that stays in float reads the constant itself.
func TestShared(t *testing.T) {
	for _, o := range []quantize.Options{
		{ReduceRange: true},
		{ReduceRange: true, Activations: onnx.Uint8},
		{ReduceRange: true, Activations: onnx.Uint8, Float: []string{"two"}},
		{ReduceRange: true, Float: []string{"one.weight.quantized"}},
	} {
		m := shared(t)
		q := calibrated(t, m, o, quantize.MinMax)
		against(t, q, open(t))
		image := enginetest.Normal(3, "image", 32) // one of the calibration images
		want, got := runOn(t, open(t), m, image)["logits"], runOn(t, open(t), q, image)["logits"]
		for i, w := range want {
			if d := got[i] - w; d > 0.3 || d < -0.3 {
				t.Errorf("%v: logits %v, in float %v", o, got, want)
				break
			}
		}
		for _, n := range q.Proto.Graph.Node {
			if op := n.GetOpType(); op != "Conv" && op != "Gemm" {
				continue
			}
			left := slices.Contains(o.Float, strings.TrimSuffix(n.Input[1], ".weight"))
			if left == strings.HasSuffix(n.Input[1], ".dequantized") {
				t.Errorf("%v: %s reads its weights from %s", o, n.GetName(), n.Input[1])
			}
		}
	}
}
