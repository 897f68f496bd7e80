package quantize

import (
	"fmt"
	"math"

	"fbnas/onnx"
	"fbnas/onnx/onnxpb"
)

func attrFloat(n *onnxpb.NodeProto, name string, absent float32) float32 {
	if a := onnx.Attribute(n, name); a != nil {
		return a.GetF()
	}
	return absent
}

// layer is a convolution or a linear layer with constant weights.
func layer(r *rewriter, n *onnxpb.NodeProto) func() error {
	w, ok := r.floats[n.Input[1]]
	if !ok || attrFloat(n, "alpha", 1) != 1 || attrFloat(n, "beta", 1) != 1 || onnx.Attribute(n, "transA").GetI() != 0 {
		return nil
	}
	if len(n.Input) > 2 && n.Input[2] != "" {
		b, ok := r.floats[n.Input[2]]
		axis := outputAxis[n.GetOpType()](n)
		if !ok || len(b.Dims) != 1 || b.Dims[0] != w.Dims[axis] {
			return nil
		}
	}
	return func() error { return r.layer(n, w) }
}

// affine is what a layer's output is changed to before it is rounded: y·mul + add.
type affine struct{ mul, add float64 }

func (r *rewriter) layer(n *onnxpb.NodeProto, w onnx.Tensor) error {
	in, err := r.input(n.Input[0])
	if err != nil {
		return err
	}
	out, change, limits, err := r.tail(n.Output[0])
	if err != nil {
		return err
	}
	g, err := r.gridOf(out, limits)
	if err != nil {
		return err
	}
	values, err := w.Float64s()
	if err != nil {
		return err
	}
	axis := outputAxis[n.GetOpType()](n)
	bias, name, err := r.bias(n, int(w.Dims[axis]))
	if err != nil {
		return err
	}
	for i := range values {
		values[i] *= change.mul
	}
	for c := range bias {
		bias[c] = bias[c]*change.mul + change.add
	}
	q := quantizeWeights(values, bias, channelOf(w.Dims, axis), in.Scale, r.o.weightCodes())
	inputs := append([]string{n.Input[0]}, r.constants(w, name, q, in.Scale, axis)...)
	r.output(n, inputs, out, g)
	return nil
}

// channelOf gives the index along an axis of a row-major element.
func channelOf(dims []int64, axis int) func(i int) int {
	inner := 1
	for _, d := range dims[axis+1:] {
		inner *= int(d)
	}
	return func(i int) int { return i / inner % int(dims[axis]) }
}

// bias is n's bias and its name; zeros where n has none.
func (r *rewriter) bias(n *onnxpb.NodeProto, channels int) (values []float64, name string, err error) {
	if len(n.Input) < 3 || n.Input[2] == "" {
		return make([]float64, channels), n.Input[1] + ".bias", nil
	}
	values, err = r.floats[n.Input[2]].Float64s()
	return values, n.Input[2], err
}

// constants writes a layer's weights and biases; weights that several layers
// share are written for each, as their inputs' scales differ.
func (r *rewriter) constants(w onnx.Tensor, bias string, q weights, input float32, axis int) []string {
	name := w.Name
	for i := 1; r.written[name]; i++ {
		name, bias = fmt.Sprintf("%s.%d", w.Name, i), fmt.Sprintf("%s.%d", bias, i)
	}
	r.written[name] = true
	scales := make([]float32, len(q.scales))
	for c, s := range q.scales {
		scales[c] = s * input
	}
	return []string{
		r.perChannel(onnx.NewTensor(name+codesSuffix, q.codes, w.Dims...), name, q.scales, onnx.Vector("", make([]int8, len(q.scales))...), axis),
		r.perChannel(onnx.Vector(bias+codesSuffix, q.biases...), bias, scales, onnx.Vector("", make([]int32, len(q.scales))...), 0),
	}
}

// tail looks at what reads a layer's output. Where that only limits it, it is
// folded into the layer: out is its output, change what it does before the
// limits, and the codes end where it ends.
func (r *rewriter) tail(name string) (out string, change affine, limits Range, err error) {
	out, change = name, affine{1, 0}
	next := r.onlyReader(name)
	switch next.GetOpType() {
	case "Relu":
		r.done[next], out = true, next.Output[0]
		limits, err = r.above(0, out)
	case "HardSigmoid":
		r.done[next], out = true, next.Output[0]
		change, limits = hardSigmoidOf(next), Range{0, 1}
	case "HardSwish":
		limits, err = r.above(-hardSwishEnd, name)
	default:
		limits, err = r.ranges(name)
	}
	return out, change, limits, err
}

// hardSigmoidOf is what a HardSigmoid does to x before it limits it to 0 and 1.
func hardSigmoidOf(n *onnxpb.NodeProto) affine {
	return affine{float64(attrFloat(n, "alpha", 0.2)), float64(attrFloat(n, "beta", 0.5))}
}

// onlyReader is the one node that reads a value, nil where there are others or
// the caller reads it.
func (r *rewriter) onlyReader(name string) *onnxpb.NodeProto {
	if r.result[name] || len(r.to[name]) != 1 {
		return nil
	}
	return r.to[name][0]
}

// above is the range of a tensor where it is not below an end.
func (r *rewriter) above(end float64, name string) (Range, error) {
	v, err := r.ranges(name)
	return Range{math.Max(v.Low, end), math.Max(v.High, end)}, err
}
