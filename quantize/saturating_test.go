package quantize_test

import (
	"math"
	"strings"
	"testing"

	"fbnas/onnx"
	"fbnas/onnx/onnxpb"
	"fbnas/quantize"
)

// term is a product in the sum of a layer: an input, 0 beyond its border, and a
// weight.
type term struct{ x, w float64 }

// dot computes what layer n makes of the products of output channel c. Sums of int8
// weights in integer kernels are added as the processor does; depthwise
// convolutions have kernels of their own, which are exact on all processors.
func (o *oracle) dot(n *onnxpb.NodeProto, depthwise bool) func(c int, terms []term) float64 {
	x, w := o.reads[n.Input[0]], o.reads[n.Input[1]]
	if depthwise || !o.integer[n.GetName()] || w == nil || o.types[w.Input[0]].Type != onnx.Int8 {
		return func(_ int, terms []term) (sum float64) {
			for _, t := range terms {
				sum += t.x * t.w
			}
			return sum
		}
	}
	scale, scales := o.values[x.Input[1]].data[0], o.values[w.Input[1]].data
	zero := int(o.values[x.Input[2]].data[0])
	if o.types[x.Input[0]].Type == onnx.Int8 {
		zero += 128 // the runtime computes with uint8
	}
	return func(c int, terms []term) float64 {
		inputs, weights := make([]int, len(terms)), make([]int, len(terms))
		for i, t := range terms {
			inputs[i] = int(math.Round(t.x/scale)) + zero
			weights[i] = int(math.Round(t.w / scales[c]))
		}
		sum, cut := codeSum(inputs, zero, weights, exact), codeSum(inputs, zero, weights, saturating)
		if sum != cut {
			o.saturated++
		}
		if o.saturates {
			sum = cut
		}
		return float64(sum) * scale * scales[c]
	}
}

// codeSum is the sum of (x[i] - zero) * w[i] as kernels compute it: products of
// the codes, two neighbours added by add, and the zero point's share subtracted
// at the end.
func codeSum(x []int, zero int, w []int, add func(a, b int) int) int {
	sum := 0
	for i := 0; i < len(x); i += 2 {
		next := 0
		if i+1 < len(x) {
			next = x[i+1] * w[i+1]
		}
		sum += add(x[i]*w[i], next)
	}
	for _, v := range w {
		sum -= zero * v
	}
	return sum
}

func exact(a, b int) int { return a + b }

// saturating is how x86 without VNNI adds two products (VPMADDUBSW).
func saturating(a, b int) int { return min(max(a+b, math.MinInt16), math.MaxInt16) }

func TestCodeSum(t *testing.T) {
	for _, tc := range []struct {
		name          string
		x             []int
		zero          int
		w             []int
		exact, summed int
	}{
		{"too large", []int{255, 255}, 0, []int{127, 127}, 64770, 32767},
		{"too small", []int{255, 255}, 0, []int{-127, -127}, -64770, -32768},
		{"of two signs", []int{255, 255}, 0, []int{127, -127}, 0, 0},
		{"largest of 7 bits", []int{255, 255}, 0, []int{63, 63}, 32130, 32130},
		{"zeros are large codes", []int{128, 128}, 128, []int{127, 127}, 0, 0},
		{"the zero point comes off afterwards", []int{255, 255}, 128, []int{127, 127}, 32258, 255},
		{"neighbours alone are added", []int{255, 0, 255, 0}, 0, []int{127, 127, 127, 127}, 64770, 64770},
		{"one is left over", []int{255, 255, 255}, 0, []int{127, 127, 127}, 97155, 65152},
	} {
		if got := codeSum(tc.x, tc.zero, tc.w, exact); got != tc.exact {
			t.Errorf("%s: exactly %d, want %d", tc.name, got, tc.exact)
		}
		if got := codeSum(tc.x, tc.zero, tc.w, saturating); got != tc.summed {
			t.Errorf("%s: saturated %d, want %d", tc.name, got, tc.summed)
		}
	}
}

// processorSaturates lets the runtime add two products whose sum exceeds 16 bits.
func processorSaturates(t *testing.T) bool {
	t.Helper()
	b := onnx.NewBuilder("two products", 17)
	x := b.Input("input", onnx.Float32, onnx.Dims(1, 2))
	b.Node("Gemm", []string{x, b.Initializer("two.weight", onnx.NewTensor("", []float32{1, 1}, 2, 1))}, []string{"logits"})
	b.Output("logits", onnx.Float32, onnx.Dims(1, 1))
	m, err := b.Model()
	if err != nil {
		t.Fatal(err)
	}
	ranges := map[string]quantize.Range{"input": {High: 1}, "logits": {High: 2}}
	if m, err = quantize.Quantise(m, ranges, quantize.Options{Activations: onnx.Uint8}); err != nil {
		t.Fatal(err)
	}
	switch sum := runOn(t, open(t), m, []float64{1, 1})["logits"][0]; {
	case math.Abs(sum-2) < 0.02:
		return false
	case math.Abs(sum-32767.0/(255*127)) < 0.02:
		return true
	default:
		t.Fatalf("1 + 1 is %v here", sum)
		return false
	}
}

// integerLayers names the layers that the runtime computes in integer kernels.
func integerLayers(t *testing.T, m *onnx.Model) map[string]bool {
	t.Helper()
	layers := map[string]bool{}
	for _, n := range optimised(t, m).Proto.Graph.Node {
		if op := n.GetOpType(); op == "QLinearConv" || op == "QGemm" {
			name, _, _ := strings.Cut(n.GetName(), "_token")
			layers[name] = true
		}
	}
	return layers
}
