package weights

import (
	"math"
	"slices"

	"fbnas/nn"
	"fbnas/onnx"
	"fbnas/onnx/onnxpb"
)

// readers read the operators that exporters write for our blocks: v is the
// node as other, with its inputs that are not constants.
var readers = map[string]func(r *reader, n *onnxpb.NodeProto, v *vertex) *vertex{
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
	"Pad":                pad,
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

// become turns v, which is other, into a vertex of an operator on one input.
func (v *vertex) become(op string, x *vertex) *vertex {
	return &vertex{op: op, in: []*vertex{x}, label: v.label, factor: 1, pooled: x.pooled}
}

func unary(op string) func(*reader, *onnxpb.NodeProto, *vertex) *vertex {
	return func(_ *reader, _ *onnxpb.NodeProto, v *vertex) *vertex { return v.become(op, v.in[0]) }
}

// pass is for operators that have no effect in evaluation.
func pass(_ *reader, _ *onnxpb.NodeProto, v *vertex) *vertex { return v.in[0] }

func pool(_ *reader, _ *onnxpb.NodeProto, v *vertex) *vertex {
	if v.in[0].pooled {
		return v.in[0]
	}
	p := v.become(opPool, v.in[0])
	p.pooled = true
	return p
}

// pad reads zeros around a map, which belong to the convolution after it.
func pad(r *reader, n *onnxpb.NodeProto, v *vertex) *vertex {
	pads := onnx.Attribute(n, "pads").GetInts()
	if len(n.Input) > 1 {
		for _, x := range r.constants[n.Input[1]].values() {
			pads = append(pads, int64(x))
		}
	}
	value := float64(onnx.Attribute(n, "value").GetF())
	if len(n.Input) > 2 && n.Input[2] != "" {
		var ok bool
		if value, ok = r.number(n.Input[2]); !ok {
			return v
		}
	}
	mode := string(onnx.Attribute(n, "mode").GetS())
	if len(v.in) != 1 || len(pads) != 8 || len(n.Input) > 3 || value != 0 || mode != "" && mode != "constant" ||
		pads[0] != 0 || pads[1] != 0 || pads[4] != 0 || pads[5] != 0 || slices.Min(pads) < 0 || slices.Max(pads) > 1<<20 {
		return v
	}
	p := v.become(opPad, v.in[0])
	p.pads = []int64{pads[2], pads[3], pads[6], pads[7]}
	return p
}

// reduceMean is a pool if it is over height and width.
func reduceMean(r *reader, n *onnxpb.NodeProto, v *vertex) *vertex {
	axes := onnx.Attribute(n, "axes").GetInts()
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

// averagePool is a pool if its kernel covers the whole map.
func averagePool(r *reader, n *onnxpb.NodeProto, v *vertex) *vertex {
	x, known := r.types[n.Input[0]].Shape.Lengths()
	y, knownOut := r.types[n.Output[0]].Shape.Lengths()
	if !known || !knownOut || len(x) != 4 || len(y) != 4 || !slices.Equal(x[2:], onnx.Attribute(n, "kernel_shape").GetInts()) || y[2]*y[3] != 1 ||
		slices.ContainsFunc(onnx.Attribute(n, "pads").GetInts(), func(p int64) bool { return p != 0 }) {
		return v
	}
	return pool(r, n, v)
}

// reshape changes nothing on a 1x1 map; on other maps it may begin or end a
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
	if x.op != opSplit || !slices.Equal(onnx.Attribute(n, "perm").GetInts(), []int64{0, 2, 1, 3, 4}) {
		return v
	}
	s := v.become(opSwapped, x.in[0])
	s.groups = x.groups
	return s
}

// batchNorm belongs to the convolution before it.
func batchNorm(r *reader, n *onnxpb.NodeProto, v *vertex) *vertex {
	x := v.in[0]
	if x.op != opConv || x.conv.gamma != nil || len(n.Input) != 5 || onnx.Attribute(n, "training_mode").GetI() != 0 {
		return v
	}
	epsilon := 1e-5
	if a := onnx.Attribute(n, "epsilon"); a != nil {
		epsilon = float64(a.GetF())
	}
	c := *x.conv
	for i, to := range []*numbers{&c.gamma, &c.beta, &c.mean, &c.variance} {
		var ok bool
		if *to, ok = r.vector(n.Input[i+1], c.shape[0]); !ok {
			return v
		}
	}
	if by := epsilon - nn.Epsilon; math.Abs(by) > 1e-9 { // more than the rounding of our epsilon to float32
		c.variance = shiftedBy(c.variance, by)
	}
	return &vertex{op: opConv, in: x.in, label: x.label, conv: &c, factor: 1, pooled: x.pooled}
}

// shiftedBy adds a number to each.
func shiftedBy(v numbers, by float64) numbers {
	return func() []float64 { return shifted(v(), by) }
}
