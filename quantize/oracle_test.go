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

// open opens a model as an application would; without a runtime the test is
// skipped.
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

// tensor is a value in the oracle.
type tensor struct {
	dims []int
	data []float64
}

func (t tensor) at(n, c, y, x int) float64 {
	return t.data[((n*t.dims[1]+c)*t.dims[2]+y)*t.dims[3]+x]
}

// oracle computes QDQ models in float64, each operator by its definition.
type oracle struct {
	values map[string]tensor
	types  map[string]onnx.TypeShape
}

func ints(n *onnxpb.NodeProto, name string, absent ...int64) []int64 {
	if a := onnx.Attribute(n, name); a != nil {
		return a.Ints
	}
	return absent
}

func (o oracle) node(t *testing.T, n *onnxpb.NodeProto) tensor {
	in := make([]tensor, len(n.Input))
	for i, name := range n.Input {
		in[i] = o.values[name]
	}
	out := tensor{dims: dims(o.types[n.Output[0]].Shape)}
	out.data = make([]float64, product(out.dims))
	switch n.GetOpType() {
	case "QuantizeLinear":
		low, high := -128.0, 127.0
		if o.types[n.Output[0]].Type == onnx.Uint8 {
			low, high = 0, 255
		}
		for i, v := range in[0].data {
			out.data[i] = math.Min(math.Max(math.RoundToEven(v/in[1].data[0])+in[2].data[0], low), high)
		}
	case "DequantizeLinear":
		axis := 0
		if a := onnx.Attribute(n, "axis"); a != nil {
			axis = int(a.GetI())
		}
		inner := product(out.dims[min(axis+1, len(out.dims)):])
		for i, v := range in[0].data {
			c := i / inner % len(in[1].data)
			out.data[i] = (v - in[2].data[c]) * in[1].data[c]
		}
	case "Conv":
		conv(n, in, out)
	case "Gemm":
		gemm(n, in, out)
	case "Add", "Mul":
		for i := range out.data {
			a, b := in[0].spread(out, i), in[1].spread(out, i)
			out.data[i] = map[string]float64{"Add": a + b, "Mul": a * b}[n.GetOpType()]
		}
	case "GlobalAveragePool":
		plane := product(in[0].dims[2:])
		for i, v := range in[0].data {
			out.data[i/plane] += v / float64(plane)
		}
	case "Sigmoid", "Relu", "HardSwish":
		for i, v := range in[0].data {
			out.data[i] = unary[n.GetOpType()](v)
		}
	case "Reshape":
		copy(out.data, in[0].data)
	case "Transpose":
		transpose(ints(n, "perm"), in[0], out)
	default:
		t.Fatalf("the oracle has no %s", n.GetOpType())
	}
	return out
}

var unary = map[string]func(x float64) float64{
	"Sigmoid":   func(x float64) float64 { return 1 / (1 + math.Exp(-x)) },
	"Relu":      func(x float64) float64 { return math.Max(x, 0) },
	"HardSwish": func(x float64) float64 { return x * math.Min(math.Max(x/6+0.5, 0), 1) },
}

// spread is the element of a smaller tensor that meets element i of a larger.
func (t tensor) spread(large tensor, i int) float64 {
	at, step := 0, 1
	for d := len(large.dims) - 1; d >= 0; d-- {
		index := i % large.dims[d]
		i /= large.dims[d]
		if k := d - len(large.dims) + len(t.dims); k >= 0 && t.dims[k] > 1 {
			at, step = at+index*step, step*t.dims[k]
		}
	}
	return t.data[at]
}

func transpose(perm []int64, in, out tensor) {
	for i := range out.data {
		rest, index := i, make([]int, len(perm))
		for d := len(out.dims) - 1; d >= 0; d-- {
			index[perm[d]] = rest % out.dims[d]
			rest /= out.dims[d]
		}
		at := 0
		for d, k := range index {
			at = at*in.dims[d] + k
		}
		out.data[i] = in.data[at]
	}
}

func conv(n *onnxpb.NodeProto, in []tensor, out tensor) {
	x, w := in[0], in[1]
	pads, strides := ints(n, "pads", 0, 0, 0, 0), ints(n, "strides", 1, 1)
	groups := 1
	if a := onnx.Attribute(n, "group"); a != nil {
		groups = int(a.GetI())
	}
	perGroup := out.dims[1] / groups
	for i := range out.data {
		ox, oy, c, image := i%out.dims[3], i/out.dims[3]%out.dims[2], i/out.dims[3]/out.dims[2]%out.dims[1], i/product(out.dims[1:])
		sum := in[2].data[c]
		for k := range w.dims[1] {
			for ky := range w.dims[2] {
				for kx := range w.dims[3] {
					iy, ix := oy*int(strides[0])+ky-int(pads[0]), ox*int(strides[1])+kx-int(pads[1])
					if iy >= 0 && iy < x.dims[2] && ix >= 0 && ix < x.dims[3] {
						sum += w.at(c, k, ky, kx) * x.at(image, c/perGroup*w.dims[1]+k, iy, ix)
					}
				}
			}
		}
		out.data[i] = sum
	}
}

func gemm(n *onnxpb.NodeProto, in []tensor, out tensor) {
	columns, inner := out.dims[1], in[0].dims[1]
	transposed := onnx.Attribute(n, "transB").GetI() == 1
	for i := range out.data {
		row, column := i/columns, i%columns
		sum := in[2].data[column]
		for k := range inner {
			at := k*columns + column
			if transposed {
				at = column*inner + k
			}
			sum += in[0].data[row*inner+k] * in[1].data[at]
		}
		out.data[i] = sum
	}
}

func dims(s onnx.Shape) []int {
	out := make([]int, len(s))
	for i, d := range s {
		out[i] = int(d.Size)
	}
	return out
}

func product(dims []int) int {
	n := 1
	for _, d := range dims {
		n *= d
	}
	return n
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

// TestOracle: the runtime's integer kernels give, for what they were given, the
// code that the definitions in float64 give, or the next one.
func TestOracle(t *testing.T) {
	open := open(t)
	check := func(t *testing.T, m *onnx.Model, o quantize.Options) {
		q := calibrated(t, m, o, quantize.MinMax)
		against(t, q, open)
	}
	for _, o := range []quantize.Options{{}, {Activations: onnx.Uint8}, {Activations: onnx.Uint8, ReduceRange: true}, {Float: []string{quantize.First, "blocks.01.project"}}} {
		for name := range architectures {
			t.Run(name, func(t *testing.T) { check(t, float(t, name), o) })
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

// against compares every value that is read from codes.
func against(t *testing.T, q *onnx.Model, open func([]byte) (onnxexport.Session, error)) {
	types, err := onnx.InferShapes(q)
	if err != nil {
		t.Fatal(err)
	}
	shown := q.Clone()
	for _, n := range q.Proto.Graph.Node {
		if strings.HasSuffix(n.Input[0], ".quantized") && types[n.Input[0]].Type != onnx.Int32 && n.GetOpType() == "DequantizeLinear" && n.Output[0] != "logits" {
			shown.AddOutput(onnx.Value{Name: n.Output[0], TypeShape: types[n.Output[0]]})
		}
	}
	data, err := shown.Bytes()
	if err != nil {
		t.Fatal(err)
	}
	s, err := open(data)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	image := enginetest.Normal(99, "image", product(dims(q.Inputs()[0].Shape)))
	results, err := s.Run(context.Background(), engine.Feeds{"input": engine.Floats(convert.Slice[float32](image))})
	if err != nil {
		t.Fatal(err)
	}
	o := oracle{map[string]tensor{"input": {dims(q.Inputs()[0].Shape), image}}, types}
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
		if !ok || n.GetOpType() != "DequantizeLinear" {
			continue
		}
		step := o.values[n.Input[1]].data[0]
		for i, w := range want.data {
			if math.Abs(got[i]-w) > 1.001*step {
				t.Fatalf("%s[%d]: the runtime has %v, the oracle %v, in steps of %v", n.Output[0], i, got[i], w, step)
			}
		}
		compared++
		o.values[n.Output[0]] = tensor{want.dims, got} // what is computed from it starts from the runtime's
	}
	if compared < 3 {
		t.Errorf("%d values were compared", compared)
	}
}
