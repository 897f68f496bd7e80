package weights

import (
	"fmt"
	"math"

	"fbnas/onnx"
	"fbnas/onnx/onnxpb"
)

// hardSigmoid is ours with alpha 1/6 and beta 1/2; the operator has other
// defaults.
func hardSigmoid(_ *reader, n *onnxpb.NodeProto, v *vertex) *vertex {
	alpha, beta := float32(.2), float32(.5)
	if a := onnx.Attribute(n, "alpha"); a != nil {
		alpha = a.GetF()
	}
	if a := onnx.Attribute(n, "beta"); a != nil {
		beta = a.GetF()
	}
	if !near(float64(alpha), 1./6) || !near(float64(beta), .5) {
		v.label += fmt.Sprintf(" of alpha %g and beta %g", alpha, beta)
		return v
	}
	return v.become(opHSigmoid, v.in[0])
}

// clip is 6·hsigmoid(x) if it limits x+3 to [0, 6], and relu without an upper limit.
func clip(r *reader, n *onnxpb.NodeProto, v *vertex) *vertex {
	low, high := math.Inf(-1), math.Inf(1)
	for i, end := range []*float64{&low, &high} {
		if a := onnx.Attribute(n, []string{"min", "max"}[i]); a != nil {
			*end = float64(a.GetF())
		}
		if i+1 < len(n.Input) {
			if x, ok := r.number(n.Input[i+1]); ok {
				*end = x
			}
		}
	}
	x := v.in[0]
	if x.op == opRelu && low == 0 {
		x = x.in[0] // PyTorch writes relu6 as Relu and Clip
	}
	switch {
	case low == 0 && high == 6 && x.op == opShift && x.amount == 3:
		s := v.become(opHSigmoid, x.in[0])
		s.factor = 6
		return s
	case low == 0 && high >= math.MaxFloat32:
		return v.become(opRelu, x)
	}
	v.label += fmt.Sprintf(" to %g and %g", low, high)
	return v
}

// arithmetic reads Add, Sub, Mul and Div of two activations, or of one and a
// constant.
func arithmetic(r *reader, n *onnxpb.NodeProto, v *vertex) *vertex {
	op := n.GetOpType()
	if len(v.in) == 2 {
		switch op {
		case "Add":
			return &vertex{op: opAdd, in: v.in, label: v.label, factor: 1, pooled: v.in[0].pooled && v.in[1].pooled}
		case "Mul":
			return product(v)
		}
		return v
	}
	if len(n.Input) != 2 || len(v.in) != 1 {
		return v
	}
	second := r.vertices[n.Input[0]] != nil // the constant is the second operand
	name := n.Input[0]
	if second {
		name = n.Input[1]
	}
	if x, ok := r.number(name); ok {
		return withNumber(v, op, x, second)
	}
	if op == "Add" || op == "Mul" || second {
		return r.perChannel(v, op, name)
	}
	return v
}

// product reads one of two activations: hard swish if one is the hard sigmoid of the
// other.
func product(v *vertex) *vertex {
	for i, gate := range v.in {
		if x := v.in[1-i]; gate.op == opHSigmoid && gate.in[0] == x {
			s := v.become(opHSwish, x)
			s.factor = gate.factor
			return s
		}
	}
	return &vertex{op: opMul, in: v.in, label: v.label, factor: 1, pooled: v.in[0].pooled && v.in[1].pooled}
}

// withNumber reads an operator on an activation and one number.
func withNumber(v *vertex, op string, number float64, second bool) *vertex {
	x := v.in[0]
	switch {
	case op == "Add" || op == "Sub" && second:
		s := v.become(opShift, x)
		if s.amount = number; op == "Sub" {
			s.amount = -number
		}
		return s
	case (op == "Mul" || op == "Div" && second) && (x.op == opHSigmoid || x.op == opHSwish):
		s := *x
		if op == "Div" {
			number = 1 / number
		}
		s.factor, s.label = x.factor*number, v.label
		return &s
	}
	return v
}

// near compares numbers that files store as float32.
func near(a, b float64) bool { return math.Abs(a-b) <= 1e-6*math.Max(1, math.Abs(b)) }
