package quantize_test

import (
	"context"
	"math"
	"strings"
	"sync"
	"testing"

	"fbnas/engine"
	"fbnas/engine/enginetest"
	"fbnas/engine/ort"
	"fbnas/internal/convert"
	"fbnas/internal/setup"
	"fbnas/onnx"
	"fbnas/onnx/onnxpb"
	"fbnas/onnxexport"
	"fbnas/quantize"
)

var library = sync.OnceValues(setup.ORTLibrary)

// open opens a model as an application would; the test is skipped
// without a runtime.
func open(t testing.TB) func(model []byte) (onnxexport.Session, error) {
	t.Helper()
	path, err := library()
	if err != nil {
		t.Skip(err)
	}
	return func(model []byte) (onnxexport.Session, error) {
		return ort.Open(model, ort.Options{Library: path, Threads: 1})
	}
}

// linear is a model of linear layers, with weights stored either way.
func linear(t *testing.T) *onnx.Model {
	b := onnx.NewBuilder("linear", 17)
	x := b.Input("input", onnx.Float32, onnx.Dims(2, 5))
	weights := func(name string, rows, columns int) string {
		return b.Initializer(name, onnx.NewTensor("", convert.Slice[float32](enginetest.Normal(3, name, rows*columns)), rows, columns))
	}
	bias := b.Initializer("one.bias", onnx.Vector[float32]("", 1, 0, -1, 2))
	y := b.Op("Gemm", []string{x, weights("one.weight", 4, 5), bias}, onnx.Int("transB", 1))
	y = b.Op("Relu", []string{y})
	b.Node("Gemm", []string{y, weights("two.weight", 4, 3)}, []string{"logits"})
	b.Output("logits", onnx.Float32, onnx.Dims(2, 3))
	m, err := b.Model()
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// TestOracle: for the same inputs, the runtime's integer kernels give the
// code that the definitions in float64 give, or a neighbouring one; sums of 8-bit
// weights saturate if this processor's do.
func TestOracle(t *testing.T) {
	open := open(t)
	check := func(t *testing.T, m *onnx.Model, o quantize.Options) int {
		return against(t, calibrated(t, m, o, quantize.MinMax), open)
	}
	for _, o := range []quantize.Options{{}, {Activations: onnx.Uint8}, {Activations: onnx.Uint8, ReduceRange: true}, {Float: []string{quantize.First, "blocks.01.project"}}} {
		for name := range architectures {
			t.Run(name, func(t *testing.T) {
				saturated := check(t, float(t, name), o)
				if o.ReduceRange && saturated > 0 {
					t.Errorf("%d sums of 7-bit weights would saturate", saturated)
				}
				if o.Activations == onnx.Uint8 && !o.ReduceRange && saturated == 0 {
					t.Error("no sum would saturate: this tells nothing of processors whose sums do")
				}
			})
		}
		if len(o.Float) == 0 {
			t.Run("linear", func(t *testing.T) { check(t, linear(t), o) })
		}
	}
}

// calibrated is m quantised for normal noise.
func calibrated(t *testing.T, m *onnx.Model, o quantize.Options, method quantize.Method) *onnx.Model {
	t.Helper()
	names, err := quantize.Tensors(m, o)
	if err != nil {
		t.Fatal(err)
	}
	in := m.Inputs()[0].Shape
	c := quantize.Calibration{
		Method: method, Images: 8, Open: open(t), Feed: onnxexport.Feed{Input: "input", Output: "logits", Batch: int(in[0].Size)},
		Image: func(i int) ([]float32, error) {
			n := product(dims(in[1:]))
			return convert.Slice[float32](enginetest.Normal(uint64(i), "image", n)), nil
		},
	}
	ranges, err := c.Ranges(context.Background(), m, names)
	if err != nil {
		t.Fatal(err)
	}
	q, err := quantize.Quantise(m, ranges, o)
	if err != nil {
		t.Fatal(err)
	}
	return q
}

// against compares every dequantised value, and counts the sums that saturate on
// processors where they do, whether or not this is one.
func against(t *testing.T, q *onnx.Model, open func([]byte) (onnxexport.Session, error)) (saturated int) {
	t.Helper()
	types, err := onnx.InferShapes(q)
	if err != nil {
		t.Fatal(err)
	}
	shown, image := withCodesShown(q, types), enginetest.Normal(99, "image", product(dims(q.Inputs()[0].Shape)))
	results := runOn(t, open, shown, image)
	o := &oracle{
		values: map[string]tensor{"input": {dims(q.Inputs()[0].Shape), image}}, types: types,
		reads: map[string]*onnxpb.NodeProto{}, integer: integerLayers(t, shown), saturates: processorSaturates(t),
	}
	tensors, err := q.Initializers()
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range tensors {
		v, err := c.Float64s()
		if err != nil {
			t.Fatal(err)
		}
		o.values[c.Name] = tensor{convert.Slice[int](c.Dims), v}
	}
	compared := 0
	for _, n := range q.Proto.Graph.Node {
		want := o.node(t, n)
		got, ok := results[n.Output[0]]
		o.values[n.Output[0]] = want
		if n.GetOpType() != "DequantizeLinear" {
			continue
		}
		o.reads[n.Output[0]] = n
		if !ok {
			continue
		}
		step := o.values[n.Input[1]].data[0]
		for i, w := range want.data {
			if math.Abs(got[i]-w) > 1.001*step {
				t.Fatalf("%s[%d]: the runtime has %v, the oracle %v, in steps of %v", n.Output[0], i, got[i], w, step)
			}
		}
		compared++
		o.values[n.Output[0]] = tensor{want.dims, got} // what follows is computed from the runtime's value
	}
	if compared < 3 {
		t.Errorf("%d values were compared", compared)
	}
	return o.saturated
}

// withCodesShown is q with every dequantised value as an output.
func withCodesShown(q *onnx.Model, types map[string]onnx.TypeShape) *onnx.Model {
	shown := q.Clone()
	for _, n := range q.Proto.Graph.Node {
		if strings.HasSuffix(n.Input[0], ".quantized") && types[n.Input[0]].Type != onnx.Int32 && n.GetOpType() == "DequantizeLinear" && n.Output[0] != "logits" {
			shown.AddOutput(onnx.Value{Name: n.Output[0], TypeShape: types[n.Output[0]]})
		}
	}
	return shown
}

func runOn(t *testing.T, open func([]byte) (onnxexport.Session, error), m *onnx.Model, image []float64) engine.Results {
	t.Helper()
	data, err := m.Bytes()
	if err != nil {
		t.Fatal(err)
	}
	s, err := open(data)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	results, err := s.Run(context.Background(), engine.Feeds{"input": engine.Floats(convert.Slice[float32](image))})
	if err != nil {
		t.Fatal(err)
	}
	return results
}
