package quantize_test

import (
	"math"
	"testing"

	"fbnas/onnx"
	"fbnas/onnx/onnxpb"
)

// tensor is a value in the oracle.
type tensor struct {
	dims []int
	data []float64
}

func (t tensor) at(n, c, y, x int) float64 {
	return t.data[((n*t.dims[1]+c)*t.dims[2]+y)*t.dims[3]+x]
}

// oracle computes QDQ models in float64, each operator by its definition, and
// adds products of codes as the processor's integer kernels do.
type oracle struct {
	values    map[string]tensor
	types     map[string]onnx.TypeShape
	reads     map[string]*onnxpb.NodeProto // the DequantizeLinear of a value
	integer   map[string]bool              // layers that run in integer kernels
	saturates bool                         // whether the processor's sums saturate
	saturated int                          // sums that saturate on processors where they do
}

func ints(n *onnxpb.NodeProto, name string, absent ...int64) []int64 {
	if a := onnx.Attribute(n, name); a != nil {
		return a.Ints
	}
	return absent
}

func (o *oracle) node(t *testing.T, n *onnxpb.NodeProto) tensor {
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
		o.conv(n, in, out)
	case "Gemm":
		o.gemm(n, in, out)
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

// spread is the element of a smaller tensor that is combined with element i of a larger one.
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

// conv passes the products of its window to each output element: row by row, all
// channels of a pixel together, as in the runtime's integer kernels.
func (o *oracle) conv(n *onnxpb.NodeProto, in []tensor, out tensor) {
	x, w := in[0], in[1]
	pads, strides := ints(n, "pads", 0, 0, 0, 0), ints(n, "strides", 1, 1)
	groups := 1
	if a := onnx.Attribute(n, "group"); a != nil {
		groups = int(a.GetI())
	}
	perGroup := out.dims[1] / groups
	dot := o.dot(n, w.dims[1] == 1 && groups > 1)
	for i := range out.data {
		ox, oy, c, image := i%out.dims[3], i/out.dims[3]%out.dims[2], i/out.dims[3]/out.dims[2]%out.dims[1], i/product(out.dims[1:])
		var terms []term
		for ky := range w.dims[2] {
			for kx := range w.dims[3] {
				iy, ix := oy*int(strides[0])+ky-int(pads[0]), ox*int(strides[1])+kx-int(pads[1])
				inside := iy >= 0 && iy < x.dims[2] && ix >= 0 && ix < x.dims[3]
				for k := range w.dims[1] {
					v := 0.0
					if inside {
						v = x.at(image, c/perGroup*w.dims[1]+k, iy, ix)
					}
					terms = append(terms, term{v, w.at(c, k, ky, kx)})
				}
			}
		}
		out.data[i] = in[2].data[c] + dot(c, terms)
	}
}

func (o *oracle) gemm(n *onnxpb.NodeProto, in []tensor, out tensor) {
	columns, inner := out.dims[1], in[0].dims[1]
	transposed := onnx.Attribute(n, "transB").GetI() == 1
	dot := o.dot(n, false)
	for i := range out.data {
		row, column := i/columns, i%columns
		var terms []term
		for k := range inner {
			at := k*columns + column
			if transposed {
				at = column*inner + k
			}
			terms = append(terms, term{in[0].data[row*inner+k], in[1].data[at]})
		}
		out.data[i] = in[2].data[column] + dot(column, terms)
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
