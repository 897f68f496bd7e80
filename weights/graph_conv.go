package weights

import (
	"fmt"
	"slices"

	"fbnas/onnx"
	"fbnas/onnx/onnxpb"
)

// conv: x, weights [M,C/group,K,K] and biases [M].
func conv(r *reader, n *onnxpb.NodeProto, v *vertex) *vertex {
	if len(v.in) != 1 || len(n.Input) < 2 {
		return v
	}
	w, ok := r.constants[n.Input[1]]
	if !ok || len(w.shape) != 4 || w.flipped {
		return v
	}
	c := &convolution{weight: w.values, groups: 1, stride: 1}
	for i, d := range w.shape {
		c.shape[i] = int(d)
	}
	if len(n.Input) > 2 && n.Input[2] != "" {
		if c.bias, ok = r.vector(n.Input[2], c.shape[0]); !ok {
			return v
		}
	}
	x := v.in[0]
	c.window(n, x.pads)
	if x.op == opPad {
		x = x.in[0]
	}
	return &vertex{op: opConv, in: []*vertex{x}, label: v.label, conv: c, factor: 1, pooled: v.in[0].pooled}
}

// window reads how the kernel moves, on a map that may be padded with zeros
// already; unlike is set if this is not the same
// on every side.
func (c *convolution) window(n *onnxpb.NodeProto, padded []int64) {
	one := func(name string, absent int) int {
		list := slices.Clone(onnx.Attribute(n, name).GetInts())
		if name == "pads" && padded != nil {
			if list == nil {
				list = make([]int64, len(padded))
			}
			for i := range min(len(list), len(padded)) {
				list[i] += padded[i]
			}
		}
		if len(list) == 0 {
			return absent
		}
		if len(slices.Compact(slices.Clone(list))) > 1 {
			c.unlike = fmt.Sprintf("%s %v", name, list)
		}
		return int(list[0])
	}
	c.stride, c.pad = one("strides", 1), one("pads", 0)
	if a := onnx.Attribute(n, "group"); a != nil {
		c.groups = int(a.GetI())
	}
	if d := one("dilations", 1); d != 1 {
		c.unlike = fmt.Sprintf("dilation %d", d)
	}
	if c.shape[2] != c.shape[3] {
		c.unlike = fmt.Sprintf("a kernel of %dx%d", c.shape[2], c.shape[3])
	}
	switch auto := string(onnx.Attribute(n, "auto_pad").GetS()); auto {
	case "", "NOTSET":
	case "VALID":
		c.pad = 0
	default:
		if padded != nil {
			c.unlike = "padding before auto_pad " + auto
			return
		}
		if c.pad = c.shape[2] / 2; c.stride != 1 || c.shape[2]%2 == 0 {
			c.unlike = "auto_pad " + auto
		}
	}
}

// String describes a convolution for comparison in messages.
func (c *convolution) String() string {
	if c.unlike != "" {
		return c.unlike
	}
	return kernel{c.shape[0], c.shape[1] * c.groups, c.shape[2], c.stride, c.pad, c.groups}.String()
}

// kernel is what messages say of a convolution.
type kernel struct{ out, in, size, stride, pad, groups int }

// to is k with another number of output channels.
func (k kernel) to(out int) kernel { k.out = out; return k }

func (k kernel) String() string {
	return fmt.Sprintf("%d to %d channels, kernel %d, stride %d, padding %d, %d groups", k.in, k.out, k.size, k.stride, k.pad, k.groups)
}

// gemm reads a linear layer, which on a 1x1 map equals a 1x1 convolution.
func gemm(r *reader, n *onnxpb.NodeProto, v *vertex) *vertex {
	alpha, beta := 1., 1.
	if a := onnx.Attribute(n, "alpha"); a != nil {
		alpha = float64(a.GetF())
	}
	if a := onnx.Attribute(n, "beta"); a != nil {
		beta = float64(a.GetF())
	}
	if len(n.Input) < 2 || onnx.Attribute(n, "transA").GetI() != 0 {
		return v
	}
	w := r.constants[n.Input[1]]
	layer := r.linear(v, w, onnx.Attribute(n, "transB").GetI() == 0)
	if layer.op != opConv {
		return v
	}
	layer.conv.weight = times(layer.conv.weight, alpha)
	if len(n.Input) > 2 && n.Input[2] != "" {
		bias, ok := r.vector(n.Input[2], layer.conv.shape[0])
		if !ok {
			return v
		}
		layer.conv.bias = times(bias, beta)
	}
	return layer
}

func matMul(r *reader, n *onnxpb.NodeProto, v *vertex) *vertex {
	if len(n.Input) < 2 {
		return v
	}
	return r.linear(v, r.constants[n.Input[1]], true)
}

// linear is a layer of weights [out,in], or [in,out] if they are
// transposed; it is other if its input is a map.
func (r *reader) linear(v *vertex, w array, transposed bool) *vertex {
	if len(v.in) != 1 || !v.in[0].pooled || len(w.shape) != 2 {
		return v
	}
	if transposed {
		w.shape, w.flipped = []int64{w.shape[1], w.shape[0]}, !w.flipped
	}
	c := &convolution{weight: w.values, shape: [4]int{int(w.shape[0]), int(w.shape[1]), 1, 1}, stride: 1, groups: 1}
	return &vertex{op: opConv, in: v.in, label: v.label, conv: c, factor: 1, pooled: true}
}

// maxScaled bounds the operators, besides a batch norm, that a convolution absorbs.
const maxScaled = 4

// perChannel absorbs a constant with a number for each channel into the
// convolution before it.
func (r *reader) perChannel(v *vertex, op, name string) *vertex {
	x := v.in[0]
	a, ok := r.constants[name]
	if !ok || x.op != opConv || !channelwise(a.shape, x) || a.len() != int64(x.conv.shape[0]) || x.conv.scaled == maxScaled {
		return v
	}
	c := *x.conv
	c.scaled++
	bias, weight := &c.bias, &c.weight
	if c.gamma != nil {
		bias, weight = &c.beta, &c.gamma
	}
	switch op {
	case "Add":
		*bias = each(*bias, a.values, func(b, by float64) float64 { return b + by })
	case "Sub":
		*bias = each(*bias, a.values, func(b, by float64) float64 { return b - by })
	case "Mul":
		*bias = each(*bias, a.values, func(b, by float64) float64 { return b * by })
		*weight = each(*weight, a.values, func(w, by float64) float64 { return w * by })
	case "Div":
		*bias = each(*bias, a.values, func(b, by float64) float64 { return b / by })
		*weight = each(*weight, a.values, func(w, by float64) float64 { return w / by })
	}
	return &vertex{op: opConv, in: x.in, label: x.label, conv: &c, factor: 1, pooled: x.pooled}
}

// times is v with each number multiplied by a factor.
func times(v numbers, by float64) numbers {
	if by == 1 {
		return v
	}
	return each(v, func() []float64 { return []float64{by} }, func(x, by float64) float64 { return x * by })
}

// each combines the numbers of v, zeros if it is nil, with those of their
// channel.
func each(v, channels numbers, combine func(x, by float64) float64) numbers {
	return func() []float64 {
		by := channels()
		out := make([]float64, len(by))
		if v != nil {
			out = slices.Clone(v())
		}
		if len(by) == 0 {
			return out
		}
		for i := range out {
			out[i] = combine(out[i], by[i/(len(out)/len(by))])
		}
		return out
	}
}

// channelwise: [C,1,1], [1,C,1,1], and [C] or [1,C] after a 1x1 map.
func channelwise(shape []int64, x *vertex) bool {
	if len(shape) == 0 {
		return false
	}
	at := len(shape) - 3
	if len(shape) < 3 {
		if at = len(shape) - 1; !x.pooled {
			return false
		}
	}
	for i, d := range shape {
		if i != at && d != 1 {
			return false
		}
	}
	return true
}
