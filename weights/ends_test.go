package weights_test

import (
	"slices"
	"strings"
	"testing"

	"fbnas/internal/fault"
	"fbnas/models"
	"fbnas/onnx"
	"fbnas/weights"
)

// prepared is a convolution of 3x3 (1 to 2 channels, relu) and a classifier of
// 3 classes on images 4x4, in a file of dtype that takes them from a
// camera ([N,H,W,C], 0 to 255), pads in a separate node and ends in the class.
func prepared(t *testing.T, dtype onnx.DType, pads ...int64) (string, []models.Block) {
	t.Helper()
	b := onnx.NewBuilder("prepared", 17)
	tensor := func(data []float32, dims ...int) string {
		if dtype == onnx.Float16 {
			return b.Const(onnx.Float16Tensor("", data, dims...))
		}
		return b.Const(onnx.NewTensor("", data, dims...))
	}
	x := b.Input("camera", dtype, onnx.Dims(1, 4, 4, 1))
	b.Op("Shape", []string{x}) // exporters ask for the batch
	y := b.Op("Transpose", []string{x}, onnx.Ints("perm", 0, 3, 1, 2))
	y = b.Op("Div", []string{y, tensor([]float32{255})})
	b.Node("Sub", []string{y, tensor([]float32{.5})}, []string{"image"})
	y = b.Op("Pad", []string{"image", b.Const(onnx.Vector("", pads...))})
	y = b.Op("Conv", []string{y, tensor(steps(18), 2, 1, 3, 3), tensor([]float32{1, 2}, 2)})
	y = b.Op("GlobalAveragePool", []string{b.Op("Relu", []string{y})})
	b.Node("Gemm", []string{b.Op("Flatten", []string{y}), tensor(steps(6), 2, 3), tensor([]float32{7, 8, 9}, 3)}, []string{"logits"})
	y = b.Op("Softmax", []string{"logits"}, onnx.Int("axis", 1))
	b.Node("ArgMax", []string{y}, []string{"class"}, onnx.Int("axis", 1))
	b.Output("class", onnx.Int64, nil)
	arch := models.Arch{
		Name: "prepared", Input: models.Input{Channels: 1, Height: 4, Width: 4}, Classes: 3, Rounding: models.Rounding{Divisor: 1},
		Rows: []models.Row{{Kind: models.Conv, Out: 2, Kernel: 3, Act: "relu"}}, Head: models.HeadRow{Bias: true},
	}
	blocks, err := arch.Resolve()
	if err != nil {
		t.Fatal(err)
	}
	return saved(t, b), blocks
}

// steps are 1/8, 2/8, ...: float16 represents them exactly.
func steps(n int) []float32 {
	out := make([]float32, n)
	for i := range out {
		out[i] = float32(i+1) / 8
	}
	return out
}

// TestEndsOfAGraph: nodes that prepare images and nodes after the logits are named,
// and left out on request; a node of padding belongs to the convolution.
func TestEndsOfAGraph(t *testing.T) {
	for _, dtype := range []onnx.DType{onnx.Float32, onnx.Float16} {
		path, blocks := prepared(t, dtype, 0, 0, 1, 1, 0, 0, 1, 1)
		const hint = `The file has Transpose, Div, Sub in front and Softmax, ArgMax at the end: leave that out with --inputs "image" --outputs "logits".`
		_, err := load(path, blocks)
		if err == nil || fault.HintOf(err) != hint {
			t.Errorf("%v: %v (%s)", dtype, err, fault.HintOf(err))
		}
		f, err := weights.Open(path)
		if err != nil {
			t.Fatal(err)
		}
		if err := f.Between("image", "logits"); err != nil {
			t.Fatal(err)
		}
		l, err := f.Match(blocks)
		if err != nil {
			t.Fatalf("%v: %v (%s)", dtype, err, fault.HintOf(err))
		}
		for name, want := range map[string][]float32{
			"blocks.00.conv.weight": steps(18), "blocks.00.conv.bn.beta": {1, 2},
			"head.classifier.weight": {.125, .5, .25, .625, .375, .75}, "head.classifier.bias": {7, 8, 9},
		} {
			if got := l.Values[name]; !slices.EqualFunc(got, want, func(a float64, b float32) bool { return a == float64(b) }) {
				t.Errorf("%v: %s is %v, want %v", dtype, name, got, want)
			}
		}
		m, err := f.Graph(blocks)
		if err != nil {
			t.Fatal(err)
		}
		if err := onnx.Check(m); err != nil {
			t.Error(err)
		}
		if in, out := m.Inputs(), m.Outputs(); len(in) != 1 || in[0].Name != "image" || in[0].TypeShape.String() != "float32[1,1,4,4]" || len(out) != 1 || out[0].Type != onnx.Float32 {
			t.Errorf("%v: the graph takes %v and gives %v", dtype, in, out)
		}
	}
	path, blocks := prepared(t, onnx.Float32, 0, 0, 0, 0, 0, 0, 2, 2)
	f, err := weights.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := f.Between("image", "logits"); err != nil {
		t.Fatal(err)
	}
	if _, err := f.Match(blocks); err == nil || !strings.Contains(err.Error(), "pads [0 0 2 2]") {
		t.Errorf("padding on one side: %v", err)
	}
	for _, c := range []struct{ input, output, want string }{
		{"nothing", "", `no value "nothing"`}, {"", "nothing", `no value "nothing"`}, {"logits", "image", `"logits" is not needed for the output`},
	} {
		if err := f.Between(c.input, c.output); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("from %q to %q: %v, want %q", c.input, c.output, err, c.want)
		}
	}
}
