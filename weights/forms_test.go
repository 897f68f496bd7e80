package weights_test

import (
	"math"
	"path/filepath"
	"strings"
	"testing"

	"fbnas/models"
	"fbnas/onnx"
)

// forms is a network of one convolution (1 to 2 channels, 1x1, relu) and a
// classifier of 3 classes, on images 4x4.
func forms(t *testing.T) []models.Block {
	t.Helper()
	arch := models.Arch{
		Name: "forms", Input: models.Input{Channels: 1, Height: 4, Width: 4}, Classes: 3, Rounding: models.Rounding{Divisor: 1},
		Rows: []models.Row{{Kind: models.Conv, Out: 2, Kernel: 1, Act: "relu"}}, Head: models.HeadRow{Bias: true},
	}
	blocks, err := arch.Resolve()
	if err != nil {
		t.Fatal(err)
	}
	return blocks
}

// TestFormsOfOperators: operators that other exporters write for the same network, each
// with the expected numbers.
func TestFormsOfOperators(t *testing.T) {
	b := onnx.NewBuilder("forms", 13)
	tensor := func(data []float32, dims ...int) string { return b.Const(onnx.NewTensor("", data, dims...)) }
	x := b.Input("x", onnx.Float32, onnx.Shape{onnx.Sym("N"), onnx.Fixed(1), onnx.Sym("H"), onnx.Sym("W")})
	y := b.Op("Conv", []string{x, tensor([]float32{2, -3}, 2, 1, 1, 1)}, onnx.String("auto_pad", "SAME_UPPER"))
	y = b.Op("Mul", []string{tensor([]float32{10, 100}, 1, 2, 1, 1), y})
	y = b.Op("Sub", []string{y, tensor([]float32{-1, 1}, 2, 1, 1)})
	y = b.Op("Div", []string{y, tensor([]float32{4, 4}, 2, 1, 1)})
	y = b.Op("Clip", []string{y, b.Const(onnx.Scalar[float32]("", 0))})
	y = b.Op("ReduceMean", []string{b.Op("Identity", []string{y})}, onnx.Ints("axes", -1, 2), onnx.Int("keepdims", 0))
	w := b.Op("Transpose", []string{tensor([]float32{1, 2, 3, 4, 5, 6}, 3, 2)}, onnx.Ints("perm", 1, 0))
	y = b.Op("MatMul", []string{b.Op("Dropout", []string{y}), w})
	b.Node("Add", []string{y, tensor([]float32{7, 8, 9}, 3)}, []string{"y"})
	b.Output("y", onnx.Float32, nil)
	want := map[string][]float64{
		"blocks.00.conv.weight": {5, -75}, "blocks.00.conv.bn.gamma": {1, 1}, "blocks.00.conv.bn.beta": {.25, -.25},
		"blocks.00.conv.bn.mean": {0, 0}, "blocks.00.conv.bn.var": {1 - 1e-5, 1 - 1e-5},
		"head.classifier.weight": {1, 2, 3, 4, 5, 6}, "head.classifier.bias": {7, 8, 9},
	}
	l, err := load(saved(t, b), forms(t))
	if err != nil {
		t.Fatal(err)
	}
	for name, values := range want {
		if len(l.Values[name]) != len(values) || differ(l.Values[name], values) > 1e-9 {
			t.Errorf("%s is %v, want %v", name, l.Values[name], values)
		}
	}
}

// TestBatchNormsOfOthers: another epsilon, and a bias before the batch norm
// that has no place in ours.
func TestBatchNormsOfOthers(t *testing.T) {
	b := onnx.NewBuilder("norm", 13)
	vector := func(data ...float32) string { return b.Const(onnx.Vector("", data...)) }
	x := b.Input("x", onnx.Float32, onnx.Dims(1, 1, 4, 4))
	y := b.Op("Conv", []string{x, b.Const(onnx.NewTensor("", []float32{2, -3}, 2, 1, 1, 1)), vector(1, 2)})
	y = b.Op("BatchNormalization", []string{y, vector(3, 4), vector(5, 6), vector(7, 8), vector(9, 10)}, onnx.Float("epsilon", 1e-3))
	y = b.Op("AveragePool", []string{b.Op("Relu", []string{y})}, onnx.Ints("kernel_shape", 4, 4))
	y = b.Op("Squeeze", []string{y, b.Const(onnx.Vector[int64]("", 2, 3))})
	b.Node("Gemm", []string{y, b.Const(onnx.NewTensor("", []float32{1, 2, 3, 4, 5, 6}, 2, 3)), vector(1, 2, 3)}, []string{"y"}, onnx.Float("alpha", 2), onnx.Float("beta", .5))
	b.Output("y", onnx.Float32, nil)
	l, err := load(saved(t, b), forms(t))
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string][]float64{
		"blocks.00.conv.bn.gamma": {3, 4}, "blocks.00.conv.bn.beta": {5, 6},
		"blocks.00.conv.bn.mean": {6, 6}, "blocks.00.conv.bn.var": {9 + 1e-3 - 1e-5, 10 + 1e-3 - 1e-5},
		"head.classifier.weight": {2, 8, 4, 10, 6, 12}, "head.classifier.bias": {.5, 1, 1.5},
	} {
		if len(l.Values[name]) != len(want) || differ(l.Values[name], want) > 1e-9 {
			t.Errorf("%s is %v, want %v", name, l.Values[name], want)
		}
	}
}

// TestOtherFunctionsAreRefused: operators that look alike but compute something else.
func TestOtherFunctionsAreRefused(t *testing.T) {
	for _, c := range []struct {
		says  string
		act   func(b *onnx.Builder, x string) string
		scale float32
	}{
		{`Clip "Clip" to 0 and 6`, func(b *onnx.Builder, x string) string {
			return b.Op("Clip", []string{x, b.Const(onnx.Scalar[float32]("", 0)), b.Const(onnx.Scalar[float32]("", 6))})
		}, 1},
		{"LeakyRelu", func(b *onnx.Builder, x string) string { return b.Op("LeakyRelu", []string{x}) }, 1},
		{"HardSigmoid \"HardSigmoid\" of alpha 0.2", func(b *onnx.Builder, x string) string { return b.Op("HardSigmoid", []string{x}) }, 1},
		{"QuantizeLinear", func(b *onnx.Builder, x string) string {
			s := b.Const(onnx.Scalar[float32]("", .1))
			return b.Op("Relu", []string{b.Op("DequantizeLinear", []string{b.Op("QuantizeLinear", []string{x, s}), s})})
		}, 1},
		{"float32 does not hold", func(b *onnx.Builder, x string) string { return b.Op("Relu", []string{x}) }, float32(math.Inf(1))},
	} {
		b := onnx.NewBuilder("other", 13)
		x := b.Input("x", onnx.Float32, onnx.Dims(1, 1, 4, 4))
		y := c.act(b, b.Op("Conv", []string{x, b.Const(onnx.NewTensor("", []float32{c.scale, 1}, 2, 1, 1, 1))}))
		y = b.Op("Conv", []string{b.Op("GlobalAveragePool", []string{y}), b.Const(onnx.NewTensor("", make([]float32, 6), 3, 2, 1, 1))})
		b.Node("Flatten", []string{y}, []string{"y"})
		b.Output("y", onnx.Float32, nil)
		if _, err := load(saved(t, b), forms(t)); err == nil || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%v, want %q", err, c.says)
		}
	}
}

// claimed is the network of forms whose filter is a single number, reshaped, by a node
// that nobody can compute, to the shape that the file claims.
func claimed() *onnx.Builder {
	b := onnx.NewBuilder("claimed", 13)
	b.Import("else", 1)
	x := b.Input("x", onnx.Float32, onnx.Dims(1, 1, 4, 4))
	b.Node("Mystery", []string{b.Op("Shape", []string{x})}, []string{"shape"}).In("else")
	b.Node("Reshape", []string{b.Const(onnx.Vector[float32]("", 1)), "shape"}, []string{"w"})
	b.ValueInfo("w", onnx.Float32, onnx.Dims(2, 1, 1, 1))
	y := b.Op("Mul", []string{b.Op("Conv", []string{x, "w"}), b.Const(onnx.NewTensor("", []float32{1, 1}, 2, 1, 1))})
	y = b.Op("Flatten", []string{b.Op("GlobalAveragePool", []string{b.Op("Relu", []string{y})})})
	b.Node("MatMul", []string{y, b.Const(onnx.NewTensor("", make([]float32, 6), 2, 3))}, []string{"y"})
	b.Output("y", onnx.Float32, nil)
	return b
}

func TestClaimedShapesAreNotBelieved(t *testing.T) {
	if _, err := load(saved(t, claimed()), forms(t)); err == nil || !strings.Contains(err.Error(), `Conv "Conv"`) {
		t.Errorf("%v does not name the convolution", err)
	}
}

func saved(t testing.TB, b *onnx.Builder) string {
	t.Helper()
	m, err := b.Model()
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "x.onnx")
	if err := m.Write(path); err != nil {
		t.Fatal(err)
	}
	return path
}
