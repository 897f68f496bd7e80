package quantize

import (
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

// layer writes a convolution or a linear layer with constant weights.
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

// affine is applied to a layer's output before it is rounded: y·mul + add.
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

// channelOf returns the index along an axis of a row-major element.
func channelOf(dims []int64, axis int) func(i int) int {
	inner := 1
	for _, d := range dims[axis+1:] {
		inner *= int(d)
	}
	return func(i int) int { return i / inner % int(dims[axis]) }
}

// bias is n's bias and its name; zeros if n has none.
func (r *rewriter) bias(n *onnxpb.NodeProto, channels int) (values []float64, name string, err error) {
	if len(n.Input) < 3 || n.Input[2] == "" {
		return make([]float64, channels), n.Input[1] + ".bias", nil
	}
	values, err = r.floats[n.Input[2]].Float64s()
	return values, n.Input[2], err
}

// constants writes a layer's weights and biases, with scales used by this
// layer only.
func (r *rewriter) constants(w onnx.Tensor, bias string, q weights, input float32, axis int) []string {
	scales := make([]float32, len(q.scales))
	for c, s := range q.scales {
		scales[c] = s * input
	}
	return []string{
		r.perChannel(w.Name, onnx.NewTensor("", q.codes, w.Dims...), q.scales, onnx.Vector("", make([]int8, len(q.scales))...), axis),
		r.perChannel(bias, onnx.Vector("", q.biases...), scales, onnx.Vector("", make([]int32, len(q.scales))...), 0),
	}
}

// keptFloat are the inputs of a layer that has to stay in float. ONNX Runtime
// quantises weights, with one scale for the whole tensor, if the layer's input and
// output are rounded and the bias is a constant of floats. So the bias is written as
// codes that give the same floats: ones with the bias as their scale.
func (r *rewriter) keptFloat(n *onnxpb.NodeProto, inputs []string) ([]string, error) {
	w, constant := r.floats[n.Input[1]]
	if _, rounded := r.coded[n.Input[0]]; !rounded || !constant {
		return inputs, nil
	}
	if len(n.Input) > 2 && n.Input[2] != "" && len(r.floats[n.Input[2]].Dims) != 1 {
		return inputs, nil
	}
	values, name, err := r.bias(n, int(w.Dims[outputAxis[n.GetOpType()](n)]))
	if err != nil {
		return nil, err
	}
	codes, scales := make([]int32, len(values)), make([]float32, len(values))
	for c, v := range values {
		scales[c] = float32(math.Abs(v))
		switch {
		case v > 0:
			codes[c] = 1
		case v < 0:
			codes[c] = -1
		default:
			scales[c] = 1
		}
	}
	return append(inputs[:2:2], r.perChannel(name, onnx.Vector("", codes...), scales, onnx.Vector("", make([]int32, len(codes))...), 0)), nil
}

// tail looks at the reader of a layer's output. If that only limits the output, it is
// folded into the layer: out is its output, change what it does before the
// limits, and the codes end at its limits.
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

// hardSigmoidOf is what a HardSigmoid does to x before it limits the result to [0, 1].
func hardSigmoidOf(n *onnxpb.NodeProto) affine {
	return affine{float64(attrFloat(n, "alpha", 0.2)), float64(attrFloat(n, "beta", 0.5))}
}

// onlyReader is the one node that reads a value, nil if there are others or
// the caller reads it.
func (r *rewriter) onlyReader(name string) *onnxpb.NodeProto {
	if r.result[name] || len(r.to[name]) != 1 {
		return nil
	}
	return r.to[name][0]
}

// above is the range of a tensor, cut off below an end.
func (r *rewriter) above(end float64, name string) (Range, error) {
	v, err := r.ranges(name)
	return Range{math.Max(v.Low, end), math.Max(v.High, end)}, err
}
