package pretrained

import (
	"fmt"
	"math"
	"slices"

	"fbnas/nn"
	"fbnas/onnx/onnxpb"
)

// readers read the operators that exporters write for our blocks: v is the
// node as other, with its inputs that are no constants.
var readers map[string]func(r *reader, n *onnxpb.NodeProto, v *vertex) *vertex

func init() { // the readers call each other through the table's users
	readers = map[string]func(*reader, *onnxpb.NodeProto, *vertex) *vertex{
		"Add":                arithmetic,
		"AveragePool":        averagePool,
		"BatchNormalization": batchNorm,
		"Cast":               pass,
		"Clip":               clip,
		"Conv":               conv,
		"Div":                arithmetic,
		"Dropout":            pass,
		"Flatten":            reshape,
		"Gemm":               gemm,
		"GlobalAveragePool":  pool,
		"HardSigmoid":        hardSigmoid,
		"HardSwish":          unary(opHSwish),
		"Identity":           pass,
		"MatMul":             matMul,
		"Mul":                arithmetic,
		"ReduceMean":         reduceMean,
		"Relu":               unary(opRelu),
		"Reshape":            reshape,
		"Sigmoid":            unary(opSigmoid),
		"Squeeze":            reshape,
		"Sub":                arithmetic,
		"Transpose":          transpose,
		"Unsqueeze":          reshape,
	}
}

// become makes of v, which is other, a vertex of an operator on one input.
func (v *vertex) become(op string, x *vertex) *vertex {
	return &vertex{op: op, in: []*vertex{x}, label: v.label, factor: 1, pooled: x.pooled}
}

func unary(op string) func(*reader, *onnxpb.NodeProto, *vertex) *vertex {
	return func(_ *reader, _ *onnxpb.NodeProto, v *vertex) *vertex { return v.become(op, v.in[0]) }
}

// pass is for operators that do nothing when a network is evaluated.
func pass(_ *reader, _ *onnxpb.NodeProto, v *vertex) *vertex { return v.in[0] }

func pool(_ *reader, _ *onnxpb.NodeProto, v *vertex) *vertex {
	if v.in[0].pooled {
		return v.in[0]
	}
	p := v.become(opPool, v.in[0])
	p.pooled = true
	return p
}

// reduceMean is a pool when it is over height and width.
func reduceMean(r *reader, n *onnxpb.NodeProto, v *vertex) *vertex {
	axes := attribute(n, "axes").GetInts()
	if len(n.Input) > 1 {
		axes = nil
		for _, x := range r.constants[n.Input[1]].values() {
			axes = append(axes, int64(x))
		}
	}
	var positive []int64
	for _, a := range axes {
		if a < 0 {
			a += 4
		}
		positive = append(positive, a)
	}
	slices.Sort(positive)
	if !slices.Equal(positive, []int64{2, 3}) || len(r.types[n.Input[0]].Shape) != 4 {
		return v
	}
	return pool(r, n, v)
}

// averagePool is a pool when its kernel is the whole map.
func averagePool(r *reader, n *onnxpb.NodeProto, v *vertex) *vertex {
	x, known := r.types[n.Input[0]].Shape.Lengths()
	y, knownOut := r.types[n.Output[0]].Shape.Lengths()
	if !known || !knownOut || len(x) != 4 || len(y) != 4 || !slices.Equal(x[2:], attribute(n, "kernel_shape").GetInts()) || y[2]*y[3] != 1 ||
		slices.ContainsFunc(attribute(n, "pads").GetInts(), func(p int64) bool { return p != 0 }) {
		return v
	}
	return pool(r, n, v)
}

// reshape changes nothing on a 1x1 map; on others it may begin or end a
// channel shuffle.
func reshape(r *reader, n *onnxpb.NodeProto, v *vertex) *vertex {
	x := v.in[0]
	from, to := r.types[n.Input[0]].Shape, r.types[n.Output[0]].Shape
	switch {
	case x.pooled:
		return x
	case x.op == opSwapped && len(to) == 4:
		s := v.become(opShuffle, x.in[0])
		s.groups = x.groups
		return s
	case len(from) == 4 && len(to) == 5 && to[1].Known():
		s := v.become(opSplit, x)
		s.groups = int(to[1].Size)
		return s
	case len(to) > 0 && slices.Equal(from, to):
		return x
	}
	return v
}

func transpose(_ *reader, n *onnxpb.NodeProto, v *vertex) *vertex {
	x := v.in[0]
	if x.op != opSplit || !slices.Equal(attribute(n, "perm").GetInts(), []int64{0, 2, 1, 3, 4}) {
		return v
	}
	s := v.become(opSwapped, x.in[0])
	s.groups = x.groups
	return s
}

// hardSigmoid of alpha 1/6 and beta 1/2 is ours; the operator's own defaults
// are others.
func hardSigmoid(_ *reader, n *onnxpb.NodeProto, v *vertex) *vertex {
	alpha, beta := float32(.2), float32(.5)
	if a := attribute(n, "alpha"); a != nil {
		alpha = a.GetF()
	}
	if a := attribute(n, "beta"); a != nil {
		beta = a.GetF()
	}
	if !near(float64(alpha), 1./6) || !near(float64(beta), .5) {
		v.label += fmt.Sprintf(" of alpha %g and beta %g", alpha, beta)
		return v
	}
	return v.become(opHSigmoid, v.in[0])
}

// clip is 6·hsigmoid(x) on x+3 between 0 and 6, and relu without an upper end.
func clip(r *reader, n *onnxpb.NodeProto, v *vertex) *vertex {
	low, high := math.Inf(-1), math.Inf(1)
	for i, end := range []*float64{&low, &high} {
		if a := attribute(n, []string{"min", "max"}[i]); a != nil {
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

// arithmetic reads Add, Sub, Mul and Div: of two activations, or of one and a
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

// product of two activations: hard swish where one is the hard sigmoid of the
// other.
func product(v *vertex) *vertex {
	for i, gate := range v.in {
		if x := v.in[1-i]; gate.op == opHSigmoid && gate.in[0] == x {
			s := v.become(opHSwish, x)
			s.factor = gate.factor
			return s
		}
	}
	return &vertex{op: opMul, in: v.in, label: v.label, factor: 1}
}

// withNumber is an activation and one number.
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

// near compares numbers that stand in files as float32.
func near(a, b float64) bool { return math.Abs(a-b) <= 1e-6*math.Max(1, math.Abs(b)) }

// batchNorm belongs to the convolution before it.
func batchNorm(r *reader, n *onnxpb.NodeProto, v *vertex) *vertex {
	x := v.in[0]
	if x.op != opConv || x.conv.gamma != nil || len(n.Input) != 5 || attribute(n, "training_mode").GetI() != 0 {
		return v
	}
	epsilon := 1e-5
	if a := attribute(n, "epsilon"); a != nil {
		epsilon = float64(a.GetF())
	}
	c := *x.conv
	for i, to := range []*numbers{&c.gamma, &c.beta, &c.mean, &c.variance} {
		var ok bool
		if *to, ok = r.vector(n.Input[i+1], c.shape[0]); !ok {
			return v
		}
	}
	if !near(epsilon, nn.Epsilon) {
		c.variance = shiftedBy(c.variance, epsilon-nn.Epsilon)
	}
	return &vertex{op: opConv, in: x.in, label: x.label, conv: &c, factor: 1, pooled: x.pooled}
}

// shiftedBy adds a number to each.
func shiftedBy(v numbers, by float64) numbers {
	return func() []float64 { return shifted(v(), by) }
}
