package onnxgo

import (
	"fmt"
	"math"
	"slices"

	"fbnas/onnx"
)

// rules say how each operator is written for onnx-go v0.5.0. Operators without a rule
// are refused.
var rules = map[string]func(node) error{
	// Unchanged.
	"Relu":              keep,
	"Sigmoid":           keep,
	"GlobalAveragePool": keep,
	"Transpose": func(n node) error {
		n.give("Transpose", []string{n.value(0)}, onnx.Ints("perm", n.attrInts("perm")...))
		return nil
	},

	// Its Conv ignores group, and takes one padding for both ends of an axis.
	"Conv": dense,
	// Its Gemm adds into the bias, so that a second run gives a wrong result.
	"Gemm": linear,

	// It has none of these; Max and Min take constants of one element.
	"Clip":        clip,
	"HardSigmoid": hardSigmoid,
	"HardSwish":   hardSwish,

	// It broadcasts only single numbers, and counts an input that is given twice only once.
	"Add": elementwise,
	"Mul": elementwise,
	"Sub": elementwise,

	// Its Reshape reads 0 and -1 in its own way.
	"Reshape": reshape,
	"Flatten": reshape,

	// Values are float32 throughout.
	"Cast": cast,
}

func keep(n node) error {
	n.give(n.op(), []string{n.value(0)})
	return nil
}

// clip is y = min(max(x, low), high) (ONNX Clip-11).
func clip(n node) error {
	limits := [2]float32{-math.MaxFloat32, math.MaxFloat32}
	for i := range limits {
		if n.inputs() < i+2 || n.in(i+1) == "" {
			continue
		}
		v, err := n.floats(i + 1)
		if err != nil {
			return fmt.Errorf("limits that are not constants: %w", err)
		}
		limits[i] = v[0]
	}
	n.between(n.value(0), limits[0], limits[1])
	return nil
}

// between writes the node's output: x limited to [low, high].
func (n node) between(x string, low, high float32) {
	n.give("Min", []string{n.add("Max", []string{x, n.number(low)}), n.number(high)})
}

// hardSigmoid is y = min(max(alpha·x + beta, 0), 1) (ONNX HardSigmoid-6).
func hardSigmoid(n node) error {
	n.between(n.scaled(n.attrFloat("alpha", 0.2), n.attrFloat("beta", 0.5)), 0, 1)
	return nil
}

// hardSwish is y = x·min(max(x/6 + 1/2, 0), 1) (ONNX HardSwish-14).
func hardSwish(n node) error {
	gate := n.add("Max", []string{n.scaled(1.0/6, 0.5), n.number(0)})
	gate = n.add("Min", []string{gate, n.number(1)})
	n.give("Mul", []string{n.value(0), gate})
	return nil
}

// scaled is alpha·x + beta for the first input.
func (n node) scaled(alpha, beta float32) string {
	return n.add("Add", []string{n.add("Mul", []string{n.value(0), n.number(alpha)}), n.number(beta)})
}

// elementwise broadcasts numbers, constants, and the gate of a map [N,C,H,W].
func elementwise(n node) error {
	out := n.shape(-1)
	operands := []string{n.value(0), n.value(1)}
	for i := range operands {
		var err error
		if operands[i], err = n.spread(i, out); err != nil {
			return err
		}
	}
	if operands[0] == operands[1] {
		operands[1] = n.add("Reshape", []string{operands[1], n.ints(out...)})
	}
	n.give(n.op(), operands)
	return nil
}

// spread is input i in a form that onnx-go can combine with a value of the given shape.
func (n node) spread(i int, to []int64) (string, error) {
	from := n.shape(i)
	if slices.Equal(from, to) {
		return n.value(i), nil
	}
	total := int64(1)
	for _, d := range to {
		if total *= d; total > maxWeights {
			return "", fmt.Errorf("spread over %v: it is too large", to)
		}
	}
	if t, constant := n.l.consts[n.in(i)]; constant {
		return n.expand(t, to, total)
	}
	if len(from) != 4 || len(to) != 4 || from[0] != to[0] || from[1] != to[1] || from[2]*from[3] != 1 {
		return "", fmt.Errorf("%v beside %v", from, to)
	}
	// A column times a row of ones.
	column := n.add("Reshape", []string{n.value(i), n.ints(to[0]*to[1], 1)})
	ones := slices.Repeat([]float32{1}, int(to[2]*to[3]))
	row := n.l.builder.Const(onnx.NewTensor("", ones, 1, len(ones)))
	return n.add("Reshape", []string{n.add("MatMul", []string{column, row}), n.ints(to...)}), nil
}

// expand is a constant, as one number or broadcast to a shape of total elements.
func (n node) expand(t onnx.Tensor, to []int64, total int64) (string, error) {
	from, err := onnx.Values[float32](t)
	if err != nil {
		return "", err
	}
	if len(from) == 1 {
		return n.number(from[0]), nil
	}
	dims := append(slices.Repeat([]int64{1}, len(to)-len(t.Dims)), t.Dims...)
	values := make([]float32, total)
	for k := range values {
		at, stride, rest := 0, 1, k
		for d := len(to) - 1; d >= 0; d-- {
			if dims[d] > 1 {
				at += rest % int(to[d]) * stride
				stride *= int(dims[d])
			}
			rest /= int(to[d])
		}
		values[k] = from[at]
	}
	return n.l.builder.Const(onnx.NewTensor("", values, to...)), nil
}

func reshape(n node) error {
	n.give("Reshape", []string{n.value(0), n.ints(n.shape(-1)...)})
	return nil
}

// cast converts a constant to another constant; the input itself
// is float32 already, whatever the file takes.
func cast(n node) error {
	if to := onnx.DType(n.attrInt("to", 0)); to != onnx.Float32 {
		return fmt.Errorf("to %v", to)
	}
	t, constant := n.l.consts[n.in(0)]
	if !constant {
		n.give("Reshape", []string{n.value(0), n.ints(n.shape(-1)...)})
		return nil
	}
	wide, err := t.Float64s()
	if err != nil {
		return err
	}
	values := make([]float32, len(wide))
	for i, v := range wide {
		values[i] = float32(v)
	}
	n.l.consts[n.out()] = onnx.NewTensor(n.out(), values, t.Dims...)
	return nil
}
