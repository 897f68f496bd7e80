package onnxgo

import (
	"errors"
	"fmt"
	"slices"

	"fbnas/onnx"
)

// convolution has the attributes of ONNX Conv-11 on maps.
type convolution struct {
	out, in, h, w  int64    // of the weights: out channels, channels of a group, kernel
	group          int64    // groups
	stride, spread [2]int64 // along rows and columns; spread is between taps
	pads           [4]int64 // above, left, below, right
}

func (n node) convolution() (convolution, error) {
	x, w := n.shape(0), n.shape(1)
	if len(x) != 4 || len(w) != 4 {
		return convolution{}, fmt.Errorf("a convolution of %v by %v", x, w)
	}
	if auto := n.attribute("auto_pad"); auto != nil && string(auto.GetS()) != "NOTSET" {
		return convolution{}, errors.New("auto_pad")
	}
	c := convolution{out: w[0], in: w[1], h: w[2], w: w[3], group: n.attrInt("group", 1)}
	copy(c.stride[:], n.attrInts("strides", 1, 1))
	copy(c.spread[:], n.attrInts("dilations", 1, 1))
	copy(c.pads[:], n.attrInts("pads", 0, 0, 0, 0))
	return c, nil
}

// pad is the padding of all four sides; a larger kernel makes up for the differences.
func (c convolution) pad() int64 { return slices.Max(c.pads[:]) }

// margins are the rows above and below, and the columns left and right, of
// zeros to add around the kernel: with the same padding on every side it then reads
// what the original reads with its own.
func (c convolution) margins() (m [4]int64) {
	for i, p := range c.pads {
		m[i] = c.pad() - p
	}
	return m
}

// size is the size of the kernel including all zeros.
func (c convolution) size() (h, w int64) {
	m := c.margins()
	return (c.h-1)*c.spread[0] + 1 + m[0] + m[2], (c.w-1)*c.spread[1] + 1 + m[1] + m[3]
}

// elements of the dense weights.
func (c convolution) elements() int64 {
	h, w := c.size()
	return c.out * c.in * c.group * h * w
}

// plain reports whether the weights can be used unchanged.
func (c convolution) plain() bool {
	h, w := c.size()
	return c.group == 1 && h == c.h && w == c.w
}

// dense writes a convolution without groups, with one padding.
func dense(n node) error {
	c, err := n.convolution()
	if err != nil {
		return err
	}
	h, w := c.size()
	weights := n.value
	if !c.plain() {
		from, err := n.floats(1)
		if err != nil {
			return err
		}
		to := onnx.NewTensor("", c.fill(from), c.out, c.in*c.group, h, w)
		weights = func(int) string {
			return n.l.builder.Initializer(n.l.builder.Fresh("lowered/"+n.in(1)), to)
		}
	}
	inputs := []string{n.value(0), weights(1)}
	if n.inputs() > 2 {
		inputs = append(inputs, n.value(2))
	}
	p := c.pad()
	n.give("Conv", inputs, onnx.Ints("kernel_shape", h, w), onnx.Ints("strides", c.stride[:]...),
		onnx.Ints("pads", p, p, p, p), onnx.Ints("dilations", 1, 1))
	return nil
}

// fill puts the taps of each group's kernels among zeros.
func (c convolution) fill(from []float32) []float32 {
	to := make([]float32, c.elements())
	m := c.margins()
	h, w := c.size()
	for k, v := range from {
		at := int64(k)
		x, y, i, o := at%c.w, at/c.w%c.h, at/(c.w*c.h)%c.in, at/(c.w*c.h*c.in)
		g := o / (c.out / c.group)
		row, column := m[0]+y*c.spread[0], m[1]+x*c.spread[1]
		to[((o*c.in*c.group+g*c.in+i)*h+row)*w+column] = v
	}
	return to
}

// linear writes a Gemm with alpha = beta = 1 and constant weights as a 1x1
// convolution.
func linear(n node) error {
	if n.attrFloat("alpha", 1) != 1 || n.attrFloat("beta", 1) != 1 || n.attrInt("transA", 0) != 0 {
		return errors.New("a Gemm that is not a linear layer")
	}
	weights, err := n.floats(1)
	if err != nil {
		return err
	}
	x, out := n.shape(0), n.shape(-1)
	if n.attrInt("transB", 0) == 0 {
		weights = transposed(weights, int(x[1]), int(out[1]))
	}
	kernel := n.l.builder.Initializer(n.l.builder.Fresh("lowered/"+n.in(1)), onnx.NewTensor("", weights, out[1], x[1], 1, 1))
	inputs := []string{n.add("Reshape", []string{n.value(0), n.ints(x[0], x[1], 1, 1)}), kernel}
	if n.inputs() > 2 && n.in(2) != "" {
		if bias := n.shape(2); len(bias) != 1 || bias[0] != out[1] {
			return fmt.Errorf("a bias of %v", bias)
		}
		inputs = append(inputs, n.value(2))
	}
	y := n.add("Conv", inputs, onnx.Ints("kernel_shape", 1, 1))
	n.give("Reshape", []string{y, n.ints(out...)})
	return nil
}

func transposed(m []float32, rows, columns int) []float32 {
	out := make([]float32, len(m))
	for i, v := range m {
		out[i%columns*rows+i/columns] = v
	}
	return out
}
