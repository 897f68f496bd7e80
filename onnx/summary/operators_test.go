package summary

import (
	"strings"
	"testing"

	"google.golang.org/protobuf/encoding/protowire"
	"google.golang.org/protobuf/proto"

	"fbnas/onnx"
	"fbnas/onnx/onnxtest"
)

// operators are all operators of the standard domain up to opset 21, also deprecated ones.
// Source: ONNX's Operators.md of release 1.16.
const operators = `
Abs Acos Acosh Add AffineGrid And ArgMax ArgMin Asin Asinh Atan Atanh AveragePool BatchNormalization Bernoulli
BitShift BitwiseAnd BitwiseNot BitwiseOr BitwiseXor BlackmanWindow Cast CastLike Ceil Celu CenterCropPad Clip
Col2Im Compress Concat ConcatFromSequence Constant ConstantOfShape Conv ConvInteger ConvTranspose Cos Cosh
CumSum DFT DeformConv DepthToSpace DequantizeLinear Det Div Dropout DynamicQuantizeLinear Einsum Elu Equal Erf
Exp Expand EyeLike Flatten Floor GRU Gather GatherElements GatherND Gelu Gemm GlobalAveragePool GlobalLpPool
GlobalMaxPool Greater GreaterOrEqual GridSample GroupNormalization HammingWindow HannWindow HardSigmoid
HardSwish Hardmax Identity If ImageDecoder InstanceNormalization IsInf IsNaN LRN LSTM LayerNormalization
LeakyRelu Less LessOrEqual Log LogSoftmax Loop LpNormalization LpPool MatMul MatMulInteger Max MaxPool
MaxRoiPool MaxUnpool Mean MeanVarianceNormalization MelWeightMatrix Min Mish Mod Mul Multinomial Neg
NegativeLogLikelihoodLoss NonMaxSuppression NonZero Not OneHot Optional OptionalGetElement OptionalHasElement
Or PRelu Pad Pow QLinearConv QLinearMatMul QuantizeLinear RNN RandomNormal RandomNormalLike RandomUniform
RandomUniformLike Range Reciprocal ReduceL1 ReduceL2 ReduceLogSum ReduceLogSumExp ReduceMax ReduceMean
ReduceMin ReduceProd ReduceSum ReduceSumSquare RegexFullMatch Relu Reshape Resize ReverseSequence RoiAlign
Round STFT Scan Scatter ScatterElements ScatterND Selu SequenceAt SequenceConstruct SequenceEmpty
SequenceErase SequenceInsert SequenceLength SequenceMap Shape Shrink Sigmoid Sign Sin Sinh Size Slice Softmax
SoftmaxCrossEntropyLoss Softplus Softsign SpaceToDepth Split SplitToSequence Sqrt Squeeze StringConcat
StringNormalizer StringSplit Sub Sum Tan Tanh TfIdfVectorizer ThresholdedRelu Tile TopK Transpose Trilu Unique
Unsqueeze Upsample Where Xor
`

// TestEveryOperatorIsCountedOrListed: each either has a rule or is listed in
// uncounted with a reason.
func TestEveryOperatorIsCountedOrListed(t *testing.T) {
	listed := map[string]bool{}
	for _, op := range strings.Fields(operators) {
		listed[op] = true
		rule, why := onnx.Knows("", op, 21), uncounted[op]
		if rule == (why != "") {
			t.Errorf("%s: a rule: %v; the reason for none: %q", op, rule, why)
		}
	}
	for op := range uncounted {
		if !listed[op] {
			t.Errorf("%s is no operator", op)
		}
	}
}

// TestVectorsAreCountedOrListed: in all models that come with ONNX, the only
// operators that are not counted are those in uncounted or of a training domain;
// other nodes with a reason have shapes that depend on values.
func TestVectorsAreCountedOrListed(t *testing.T) {
	for _, c := range onnxtest.Cases(t) {
		s, err := Of(c.Model, Options{Shapes: map[string][]int64{}})
		if err != nil {
			continue // TestConformanceModels tests those
		}
		for _, n := range s.Nodes {
			if strings.HasPrefix(n.Why, "no rule") && !strings.HasPrefix(n.Op, "ai.onnx.preview.training.") {
				t.Errorf("%s: %s: %s", c.Name, n.Op, n.Why)
			}
		}
	}
}

// TestProductsOfOtherLayers: the number of products of each, computed by hand.
func TestProductsOfOtherLayers(t *testing.T) {
	f := func(b *onnx.Builder, dims ...int) string {
		n := 1
		for _, d := range dims {
			n *= d
		}
		return b.Initializer(b.Fresh("w"), onnx.NewTensor("", make([]float32, n), dims...))
	}
	x := func(b *onnx.Builder, dims ...int) string {
		return b.Input(b.Fresh("x"), onnx.Float32, onnx.Dims(dims...))
	}
	for name, c := range map[string]struct {
		build                 func(b *onnx.Builder)
		macs, params, weights int64
	}{
		"LSTM": {func(b *onnx.Builder) { // 7 steps of 3 examples, 8 numbers to 5, 4 gates, 2 directions
			b.Node("LSTM", []string{x(b, 7, 3, 8), f(b, 2, 20, 8), f(b, 2, 20, 5), f(b, 2, 40)}, []string{"y"}, onnx.String("direction", "bidirectional"))
		}, 7 * 3 * 2 * 20 * (8 + 5), 2*20*13 + 80, 2 * 20 * 13},
		"GRU, whose first output is left out": {func(b *onnx.Builder) {
			b.Node("GRU", []string{x(b, 7, 3, 8), f(b, 1, 15, 8), f(b, 1, 15, 5)}, []string{"", "y"})
		}, 7 * 3 * 15 * 13, 15 * 13, 15 * 13},
		"Einsum": {func(b *onnx.Builder) {
			b.Node("Einsum", []string{x(b, 2, 4, 8), f(b, 8, 5)}, []string{"y"}, onnx.String("equation", "bij,jk->bik"))
		}, 2 * 4 * 8 * 5, 40, 0},
		"LayerNormalization": {func(b *onnx.Builder) {
			b.Node("LayerNormalization", []string{x(b, 2, 8), f(b, 8), f(b, 8)}, []string{"y"})
		}, 0, 16, 0},
		"Gelu": {func(b *onnx.Builder) { b.Node("Gelu", []string{x(b, 2, 8)}, []string{"y"}) }, 0, 0, 0},
	} {
		b := onnx.NewBuilder(name, 20)
		c.build(b)
		b.Output("y", onnx.Float32, nil)
		m, err := b.Model()
		if err != nil {
			t.Fatal(err)
		}
		s, err := Of(m, Options{})
		if err != nil || s.MACs != c.macs || s.Params != c.params || s.Weights != c.weights || s.Nodes[0].Why != "" {
			t.Errorf("%s: %v, %d MACs, %d params, %d weights (%s); want %d, %d, %d", name, err, s.MACs, s.Params, s.Weights, s.Nodes[0].Why, c.macs, c.params, c.weights)
		}
	}
}

// TestSparseInitializers: their stored numbers are the parameters.
func TestSparseInitializers(t *testing.T) {
	b := onnx.NewBuilder("sparse", 17)
	b.Node("MatMul", []string{b.Input("x", onnx.Float32, onnx.Dims(2, 3)), b.Input("w", onnx.Float32, onnx.Dims(3, 4))}, []string{"y"})
	b.Output("y", onnx.Float32, nil)
	m, err := b.Model()
	if err != nil {
		t.Fatal(err)
	}
	g := m.Proto.Graph
	g.Input = g.Input[:1]
	g.ProtoReflect().SetUnknown(sparse(t, 3, 4))
	s, err := Of(m, Options{})
	if err != nil || s.MACs != 2*3*4 || s.Params != 2 || s.Nodes[0].Why != "" || len(s.Inputs) != 1 || s.Outputs[0].Shape.String() != "[2,4]" {
		t.Errorf("%v: %+v", err, s)
	}
	g.ProtoReflect().SetUnknown(sparse(t, 3, -4))
	if _, err := Of(m, Options{}); err == nil || !strings.Contains(err.Error(), "negative dimension") {
		t.Errorf("a negative dimension: %v", err)
	}
}

// sparse is field 15 of a graph: w with these dimensions, of which 2 numbers are stored.
func sparse(t *testing.T, dims ...int64) []byte {
	t.Helper()
	var message []byte
	for i, p := range []proto.Message{onnx.Vector[float32]("w", 1, 2).Proto(), onnx.Vector[int64]("", 0, 11).Proto()} {
		data, err := proto.Marshal(p)
		if err != nil {
			t.Fatal(err)
		}
		message = protowire.AppendBytes(protowire.AppendTag(message, protowire.Number(i+1), protowire.BytesType), data)
	}
	for _, d := range dims {
		message = protowire.AppendVarint(protowire.AppendTag(message, 3, protowire.VarintType), uint64(d))
	}
	return protowire.AppendBytes(protowire.AppendTag(nil, 15, protowire.BytesType), message)
}
