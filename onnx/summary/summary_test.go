package summary_test

import (
	"slices"
	"strings"
	"testing"

	"google.golang.org/protobuf/proto"

	"fbnas/models"
	"fbnas/onnx"
	"fbnas/onnx/onnxpb"
	"fbnas/onnx/onnxtest"
	"fbnas/onnx/summary"
	"fbnas/onnxexport"
)

// TestZooCountsAsItsArchitecture compares the count of an exported file with
// that of the architecture: its batch norms are folded, and each becomes a
// bias.
func TestZooCountsAsItsArchitecture(t *testing.T) {
	for _, name := range []string{"fbnetv2_f1", "fbnet_96", "dmasking_f1", "mnv3", "fbnetv3_a0"} {
		arch, err := models.LoadArch(name)
		if err != nil {
			t.Fatal(err)
		}
		arch.Classes = 10
		blocks, err := arch.Resolve()
		if err != nil {
			t.Fatal(err)
		}
		want := models.Count(blocks)
		m, err := onnxexport.Export(onnxexport.Spec{Name: name, Blocks: blocks, Weights: onnxexport.RandomWeights(blocks, 1)})
		if err != nil {
			t.Fatal(err)
		}
		got, err := summary.Of(m, summary.Options{})
		if err != nil {
			t.Fatal(err)
		}
		params := want.ConvWeights
		for _, b := range blocks {
			for _, c := range b.Convolutions() {
				if c.Bias || c.BatchNorm {
					params += int64(c.Out)
				}
			}
		}
		if got.MACs != want.MACs || got.Weights != want.ConvWeights || got.Params != params || got.Uncounted != 0 {
			t.Errorf("%s: %d MACs, %d weights, %d params, %d uncounted; want %d, %d, %d", name,
				got.MACs, got.Weights, got.Params, got.Uncounted, want.MACs, want.ConvWeights, params)
		}
		// A pool of a 1x1 map is not exported: there is none after ir_pool.
		pooled := want.FLOPsWithPool - want.MACs
		if last := blocks[len(blocks)-1]; last.Height*last.Width == 1 {
			pooled -= int64(last.In)
		}
		if got.Pooled != pooled {
			t.Errorf("%s: %d elements pooled, want %d", name, got.Pooled, pooled)
		}
	}
}

func built(t testing.TB, b *onnx.Builder) *onnx.Model {
	t.Helper()
	m, err := b.Model()
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// chain is x [N,2,6,6] -> Conv 3x3 to 4 -> BatchNormalization -> a foreign
// operator -> GlobalAveragePool -> Flatten -> Gemm to 5.
func chain(t testing.TB, batch onnx.Dim) *onnx.Model {
	t.Helper()
	b := onnx.NewBuilder("chain", 17)
	b.Import("else", 1)
	x := b.Input("x", onnx.Float32, onnx.Shape{batch, onnx.Fixed(2), onnx.Fixed(6), onnx.Fixed(6)})
	w := b.Initializer("w", onnx.NewTensor("", make([]float32, 72), 4, 2, 3, 3))
	vector := func(name string) string { return b.Initializer(name, onnx.NewTensor("", make([]float32, 4), 4)) }
	b.Node("Conv", []string{x, w, vector("bias")}, []string{"c"})
	b.Node("BatchNormalization", []string{"c", vector("gamma"), vector("beta"), vector("mean"), vector("var")}, []string{"n"})
	b.Node("Mystery", []string{"n", vector("their")}, []string{"m"}).In("else")
	b.ValueInfo("m", onnx.Float32, onnx.Shape{batch, onnx.Fixed(4), onnx.Fixed(4), onnx.Fixed(4)})
	b.Node("GlobalAveragePool", []string{"m"}, []string{"g"})
	b.Node("Flatten", []string{"g"}, []string{"f"})
	b.Node("Gemm", []string{"f", b.Initializer("fc", onnx.NewTensor("", make([]float32, 20), 4, 5))}, []string{"y"})
	b.Output("y", onnx.Float32, onnx.Shape{batch, onnx.Fixed(5)})
	return built(t, b)
}

func TestCountsNodeByNode(t *testing.T) {
	s, err := summary.Of(chain(t, onnx.Sym("N")), summary.Options{})
	if err != nil {
		t.Fatal(err)
	}
	type row struct {
		op                            string
		params, macs, pooled, element int64
	}
	want := []row{
		{"Conv", 76, 4 * 16 * 18, 0, 64},
		{"BatchNormalization", 8, 0, 0, 64},
		{"else.Mystery", 4, 0, 0, 64},
		{"GlobalAveragePool", 0, 0, 64, 4},
		{"Flatten", 0, 0, 0, 4},
		{"Gemm", 20, 20, 0, 5},
	}
	var got []row
	for _, n := range s.Nodes {
		got = append(got, row{n.Op, n.Params, n.MACs, n.Pooled, n.Elements})
	}
	if !slices.Equal(got, want) {
		t.Errorf("nodes\n%v, want\n%v", got, want)
	}
	if s.Uncounted != 1 || !strings.Contains(s.Nodes[2].Why, "no rule") {
		t.Errorf("%d uncounted, %q", s.Uncounted, s.Nodes[2].Why)
	}
	// The input and the convolution's output, then two maps of 64 floats.
	if s.PeakBytes != 4*(72+64) || s.Bytes != 4*(64*3+4+4+5) {
		t.Errorf("peak %d, all %d bytes", s.PeakBytes, s.Bytes)
	}
	if s.Weights != 92 || s.Params != 108 || s.ConstantBytes != 4*(72+20+6*4) {
		t.Errorf("%d weights, %d params, %d bytes of constants", s.Weights, s.Params, s.ConstantBytes)
	}
}

func TestGivenShapes(t *testing.T) {
	for _, c := range []struct {
		name  string
		batch onnx.Dim
		shape []int64
		macs  int64
		err   string
	}{
		{"open batch", onnx.Sym("N"), []int64{3, 2, 6, 6}, 3 * (1152 + 20), ""},
		{"other than fixed", onnx.Fixed(1), []int64{1, 2, 8, 8}, 4*36*18 + 20, "not known"},
		{"wrong rank", onnx.Sym("N"), []int64{2, 6, 6}, 0, "3 dimensions"},
		{"wrong channels", onnx.Sym("N"), []int64{1, 3, 6, 6}, 0, "channels"},
	} {
		s, err := summary.Of(chain(t, c.batch), summary.Options{Shapes: map[string][]int64{"x": c.shape}})
		switch {
		case c.name == "other than fixed":
			// After the operator without a rule nothing is known.
			if err != nil || s.MACs != 4*36*18 || s.Uncounted != 4 {
				t.Errorf("%s: %v, %d MACs, %d uncounted", c.name, err, s.MACs, s.Uncounted)
			}
		case c.err != "":
			if err == nil || !strings.Contains(err.Error(), c.err) {
				t.Errorf("%s: %v, want %q", c.name, err, c.err)
			}
		case err != nil || s.MACs != c.macs:
			t.Errorf("%s: %v, %d MACs, want %d", c.name, err, s.MACs, c.macs)
		}
	}
	if _, err := summary.Of(chain(t, onnx.Sym("N")), summary.Options{Shapes: map[string][]int64{"z": {1}}}); err == nil {
		t.Error("an input that the model has not is accepted")
	}
}

// bare are single products whose shapes do not show the number of multiplications.
var bare = []struct {
	name, op string
	in       onnx.DType
	change   func(m *onnxpb.ModelProto)
}{
	{"for nobody", "MatMul", onnx.Float32, func(m *onnxpb.ModelProto) { m.Graph.Node[0].Output = nil }},
	{"of numbers, without an opset", "MatMul", onnx.Float32, func(m *onnxpb.ModelProto) { scalars(m); m.OpsetImport = nil }},
	{"of codes, before the operator was there", "MatMulInteger", onnx.Int8, func(m *onnxpb.ModelProto) {
		scalars(m)
		m.OpsetImport[0].Version = proto.Int64(9)
	}},
}

// scalars removes the dimensions of a model's inputs.
func scalars(m *onnxpb.ModelProto) {
	for _, v := range m.Graph.Input {
		v.Type.GetTensorType().Shape.Dim = nil
	}
}

// dot is the product of two vectors of length 4, a number.
func dot(t testing.TB, op string, in onnx.DType) *onnx.Model {
	t.Helper()
	out := onnx.Float32
	if in != onnx.Float32 {
		out = onnx.Int32
	}
	b := onnx.NewBuilder("dot", 17)
	x := b.Input("x", in, onnx.Dims(4))
	b.Node(op, []string{x, x}, []string{"y"})
	b.ValueInfo("y", out, onnx.Shape{})
	b.Output(x, in, onnx.Dims(4))
	return built(t, b)
}

func TestBareProductsAreNotCounted(t *testing.T) {
	for _, c := range bare {
		m := dot(t, c.op, c.in).Clone()
		if s, err := summary.Of(m, summary.Options{}); err != nil || s.MACs != 4 {
			t.Errorf("%s of vectors: %v, %d MACs", c.op, err, s.MACs)
		}
		c.change(m.Proto)
		s, err := summary.Of(m, summary.Options{})
		if err != nil || s.Uncounted != 1 || s.MACs != 0 || !strings.Contains(s.Nodes[0].Why, "not known") {
			t.Errorf("%s %s: %v, %+v", c.op, c.name, err, s)
		}
	}
}

func TestOpenDimensionsAreAskedFor(t *testing.T) {
	b := onnx.NewBuilder("open", 17)
	b.Input("x", onnx.Float32, onnx.Shape{onnx.Sym("N"), onnx.Fixed(3), onnx.Sym("H"), onnx.Sym("W")})
	b.Node("Relu", []string{"x"}, []string{"y"})
	b.Output("y", onnx.Float32, nil)
	if _, err := summary.Of(built(t, b), summary.Options{}); err == nil || !strings.Contains(err.Error(), "[N,3,H,W]") {
		t.Errorf("%v does not show the shape", err)
	}
}

// TestQuantisedForms: one convolution of 4 filters 3x3 on 2 channels of 6x6,
// in the forms that quantisers write.
func TestQuantisedForms(t *testing.T) {
	scale, zero := onnx.Scalar[float32]("", .1), onnx.Scalar[int8]("", 0)
	weights := onnx.NewTensor("", make([]int8, 72), 4, 2, 3, 3)
	biases := onnx.NewTensor("", make([]int32, 4), 4)
	forms := map[string]func(b *onnx.Builder){
		"QDQ": func(b *onnx.Builder) {
			b.Input("x", onnx.Float32, onnx.Dims(1, 2, 6, 6))
			s, z := b.Const(scale), b.Const(zero)
			b.Node("QuantizeLinear", []string{"x", s, z}, []string{"q"})
			b.Node("DequantizeLinear", []string{"q", s, z}, []string{"d"})
			b.Node("DequantizeLinear", []string{b.Initializer("w", weights), s, z}, []string{"dw"})
			b.Node("DequantizeLinear", []string{b.Initializer("b", biases), s}, []string{"db"})
			b.Node("Conv", []string{"d", "dw", "db"}, []string{"y"})
			b.Output("y", onnx.Float32, nil)
		},
		"QLinearConv": func(b *onnx.Builder) {
			b.Input("x", onnx.Int8, onnx.Dims(1, 2, 6, 6))
			s, z := b.Const(scale), b.Const(zero)
			b.Node("QLinearConv", []string{"x", s, z, b.Initializer("w", weights), s, z, s, z, b.Initializer("b", biases)}, []string{"y"})
			b.Output("y", onnx.Int8, nil)
		},
	}
	for name, build := range forms {
		b := onnx.NewBuilder(name, 17)
		build(b)
		s, err := summary.Of(built(t, b), summary.Options{})
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if s.MACs != 1152 || s.Params != 76 || s.Weights != 72 || s.Uncounted != 0 {
			t.Errorf("%s: %d MACs, %d params, %d weights, %d uncounted", name, s.MACs, s.Params, s.Weights, s.Uncounted)
		}
	}
}

// TestConformanceModels counts the vectors that come with ONNX. The shapes of single
// operators determine the number of multiplications.
func TestConformanceModels(t *testing.T) {
	want := map[string]int64{
		"node/test_basic_conv_with_padding":       25 * 9,
		"node/test_conv_with_strides_padding":     4 * 3 * 9,
		"node/test_convtranspose":                 9 * 2 * 9,
		"node/test_convinteger_with_padding":      16 * 4,
		"node/test_gemm_all_attributes":           3 * 5 * 4,
		"node/test_gemm_transposeA":               3 * 4 * 6,
		"node/test_matmul_3d":                     2 * 3 * 3 * 4,
		"node/test_matmulinteger":                 4 * 2 * 3,
		"node/test_qlinearconv":                   49,
		"node/test_qlinearmatmul_2D":              2 * 3 * 4,
		"node/test_lstm_defaults":                 3 * 12 * (2 + 3),
		"pytorch-converted/test_Conv2d_groups":    2 * 6 * 4 * 4 * 12,
		"pytorch-converted/test_Linear":           4 * 10 * 8,
		"pytorch-converted/test_ConvTranspose2d":  3 * 7 * 6 * 36,
		"pytorch-converted/test_Conv2d_depthwise": 2 * 4 * 4 * 4 * 9,
	}
	open := map[string][]int64{"x1": {10}} // for a vector of any length
	for _, c := range onnxtest.Cases(t) {
		o := summary.Options{}
		if strings.HasPrefix(c.Name, "node/test_sequence_map_identity_1_sequence_1_tensor") {
			o.Shapes = open
		}
		s, err := summary.Of(c.Model, o)
		if err != nil {
			if !strings.Contains(err.Error(), "has no type") {
				t.Errorf("%s: %v", c.Name, err)
			}
			continue
		}
		macs, listed := want[c.Name]
		delete(want, c.Name)
		if listed && s.MACs != macs {
			t.Errorf("%s: %d MACs, want %d", c.Name, s.MACs, macs)
		}
	}
	if len(want) > 0 {
		t.Errorf("not among the vectors: %v", want)
	}
}
