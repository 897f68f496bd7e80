package pretrained

import (
	"math"

	"fbnas/onnx"
	"fbnas/onnx/onnxpb"
)

// unknown is a length in a shape that only the run of a model tells.
const unknown = math.MinInt64

// maxShape bounds what is kept of numbers about shapes.
const maxShape = 16

// lengths gives what is known of a tensor of whole numbers, such as the shape
// that a Reshape is given.
func (r *reader) lengths(name string) ([]int64, bool) {
	if v, ok := r.shapes[name]; ok {
		return v, true
	}
	a, ok := r.constants[name]
	if !ok || a.tensor.DType != onnx.Int64 || a.len() > maxShape {
		return nil, false
	}
	v, err := onnx.Values[int64](a.tensor)
	return v, err == nil
}

// computeShape follows exporters that compute shapes while the model runs:
// Shape, Gather, Concat and arithmetic in between.
func (r *reader) computeShape(n *onnxpb.NodeProto) {
	var in [][]int64
	if n.GetOpType() != "Shape" {
		for _, name := range n.GetInput() {
			v, ok := r.lengths(name)
			if !ok {
				return
			}
			in = append(in, v)
		}
	}
	var out []int64
	switch {
	case n.GetOpType() == "Shape":
		out = r.shapeOf(n.Input[0])
	case n.GetOpType() == "Concat":
		for _, v := range in {
			out = append(out, v...)
		}
	case len(in) == 1: // Cast, Floor, Squeeze, Unsqueeze up to opset 12
		out = in[0]
	case len(in) == 2:
		out = combined(n.GetOpType(), in[0], in[1])
	}
	if len(out) > 0 && len(out) <= maxShape {
		r.shapes[n.Output[0]] = out
	}
}

func combined(op string, a, b []int64) []int64 {
	switch {
	case op == "Squeeze" || op == "Unsqueeze":
		return a
	case op == "Gather" && len(b) == 1 && b[0] >= 0 && b[0] < int64(len(a)):
		return a[b[0] : b[0]+1]
	case len(a) != 1 || len(b) != 1:
		return nil
	case a[0] == unknown || b[0] == unknown:
		return []int64{unknown}
	case op == "Div" && b[0] > 0:
		return []int64{a[0] / b[0]}
	case op == "Mul" && (a[0] == 0 || abs(b[0]) < math.MaxInt32 && abs(a[0]) < math.MaxInt32):
		return []int64{a[0] * b[0]}
	}
	return nil
}

func abs(x int64) int64 { return max(x, -x) }

// shapeOf is the shape of an activation, as far as it is known.
func (r *reader) shapeOf(name string) []int64 {
	shape := r.types[name].Shape
	if shape == nil {
		// Behind a Reshape that the runtime computes inference knows nothing;
		// what the last convolution gave still holds.
		for v := r.vertices[name]; v != nil && len(v.in) > 0; v = v.in[0] {
			if v.conv != nil {
				return []int64{unknown, int64(v.conv.shape[0]), unknown, unknown}
			}
		}
		return nil
	}
	out := make([]int64, len(shape))
	for i, d := range shape {
		if out[i] = d.Size; !d.Known() {
			out[i] = unknown
		}
	}
	return out
}
