package quantize

import (
	"fmt"

	"fbnas/onnx"
	"fbnas/onnx/onnxpb"
)

// rule returns the function that writes a node in quantised form, or nil if it has
// to stay in float.
type rule func(r *rewriter, n *onnxpb.NodeProto) func() error

// rules are those of the operators that can be quantised. A Relu that follows a layer is
// folded into the layer; others stay in float.
var rules = map[string]rule{
	"Conv":              layer,
	"Gemm":              layer,
	"Add":               plain,
	"Mul":               plain,
	"GlobalAveragePool": plain,
	"Sigmoid":           sigmoid,
	"HardSwish":         hardSwish,
	"HardSigmoid":       hardSigmoid,
	"Reshape":           moved,
	"Transpose":         moved,
}

// outputAxis gives the axis of a layer's weights, input 1, along which its output
// channels are.
var outputAxis = map[string]func(n *onnxpb.NodeProto) int{
	"Conv": func(*onnxpb.NodeProto) int { return 0 },
	"Gemm": linearAxis,
}

func linearAxis(n *onnxpb.NodeProto) int {
	if onnx.Attribute(n, "transB").GetI() == 1 {
		return 0
	}
	return 1
}

// plain writes operators that take codes and give codes.
func plain(r *rewriter, n *onnxpb.NodeProto) func() error {
	return func() error {
		for _, in := range n.Input {
			if _, err := r.input(in); err != nil {
				return err
			}
		}
		g, err := r.grid(n.Output[0])
		if err == nil {
			r.output(n, n.Input, n.Output[0], g)
		}
		return err
	}
}

// sigmoid gives values from 0 to 1, whatever its calibrated range.
func sigmoid(r *rewriter, n *onnxpb.NodeProto) func() error {
	return r.ifCoded(n, func() error {
		g, err := r.gridOf(n.Output[0], Range{0, 1})
		if err == nil {
			r.output(n, n.Input, n.Output[0], g)
		}
		return err
	})
}

// moved writes operators that move or select values: codes pass through unchanged. The
// graph's output is not rounded again.
func moved(r *rewriter, n *onnxpb.NodeProto) func() error {
	return r.ifCoded(n, func() error {
		if out := n.Output[0]; !r.result[out] {
			r.output(n, n.Input, out, r.grids[n.Input[0]])
			return nil
		}
		r.add(n, r.read(n.Input), n.Output)
		return nil
	})
}

// ifCoded is write if n's first input exists as codes.
func (r *rewriter) ifCoded(n *onnxpb.NodeProto, write func() error) func() error {
	if _, ok := r.grids[n.Input[0]]; !ok {
		return nil
	}
	return write
}

// If x is at most -hardSwishEnd, x · clip(x/6 + 1/2, 0, 1) is 0.
const hardSwishEnd = 3

// hardSwish is a product of x and its gate, two integer kernels: the operator
// itself would be a pass in float between two conversions
// (docs/decisions/int8.md).
func hardSwish(r *rewriter, n *onnxpb.NodeProto) func() error {
	return r.ifCoded(n, func() error {
		x, out := n.Input[0], n.Output[0]
		gate := out + ".gate"
		if err := r.gate(gate, x, affine{1.0 / (2 * hardSwishEnd), 0.5}); err != nil {
			return err
		}
		g, err := r.grid(out)
		if err == nil {
			r.output(operator("Mul", out), []string{x, gate}, out, g)
		}
		return err
	})
}

// hardSigmoid writes one that does not follow a layer.
func hardSigmoid(r *rewriter, n *onnxpb.NodeProto) func() error {
	return r.ifCoded(n, func() error { return r.gate(n.Output[0], n.Input[0], hardSigmoidOf(n)) })
}

// gate writes clip(x·mul + add, 0, 1) as a sum: the codes of x + add/mul end at 0
// and at 1/mul, and are dequantised with mul times the scale that they
// were quantised with.
func (r *rewriter) gate(out, x string, change affine) error {
	shift := r.shift(float32(change.add / change.mul))
	if _, err := r.input(shift); err != nil {
		return err
	}
	g, err := r.gridOf(out, Range{0, 1 / change.mul})
	if err != nil {
		return err
	}
	base := r.base(out)
	scale, zero := r.gridTensors(base, g)
	g.Scale *= float32(change.mul)
	read := r.constant(onnx.Scalar(base+readSuffix+scaleSuffix, g.Scale))
	r.add(operator("Add", out), r.read([]string{x, shift}), []string{base + floatSuffix})
	r.nodes = append(r.nodes,
		operator("QuantizeLinear", base+codesSuffix, base+floatSuffix, scale, zero),
		operator("DequantizeLinear", out, base+codesSuffix, read, zero))
	r.coded[out], r.grids[out] = out, g
	return nil
}

// shift names a constant of the value v, one for all gates.
func (r *rewriter) shift(v float32) string {
	name, ok := r.shifts[v]
	if !ok {
		for name = fmt.Sprintf("gate.shift.%g", v); r.taken[name]; {
			name += "_"
		}
		r.shifts[v], r.floats[name] = name, onnx.Scalar(name, v)
	}
	return name
}
