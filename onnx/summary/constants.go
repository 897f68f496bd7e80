package summary

import (
	"slices"

	"fbnas/onnx"
	"fbnas/onnx/onnxpb"
)

// constant is a tensor of the file, or a value computed from such a tensor alone.
type constant struct {
	elements int64
	literal  bool // a number in a formula rather than a parameter: a scalar, or integers that are not codes
	read     bool // by a node whose parameter it is: the next reader shares it
}

// define records a tensor under a name and returns its number of bytes.
func (c *counter) define(name string, t *onnxpb.TensorProto) int64 {
	elements := c.total.mul(t.GetDims()...)
	d := onnx.DType(t.GetDataType())
	c.constants[name] = &constant{
		elements: elements,
		literal:  len(t.GetDims()) == 0 || !d.IsFloat() && d.Size() > 2,
	}
	return c.total.mul(elements, d.Size())
}

// passing are the operators that pass a constant on: their output has the
// same numbers in another form.
var passing = []string{"Cast", "DequantizeLinear", "Flatten", "Identity", "QuantizeLinear", "Reshape", "Squeeze", "Transpose", "Unsqueeze"}

// folds records a node that only makes a constant, and reports whether it is
// one: a runtime computes it once, before the first run.
func (c *counter) folds(n *onnxpb.NodeProto, s *Summary) bool {
	if domainOf(n) != "" || len(n.GetOutput()) == 0 {
		return false
	}
	out := n.Output[0]
	if n.GetOpType() == "Constant" {
		c.constants[out] = &constant{literal: true}
		if t := onnx.Attribute(n, "value").GetT(); t != nil {
			s.ConstantBytes = c.total.add(s.ConstantBytes, c.define(out, t))
		}
		return true
	}
	if !slices.Contains(passing, n.GetOpType()) || len(n.GetInput()) == 0 {
		return false
	}
	for _, name := range n.Input {
		if name != "" && c.constants[name] == nil {
			return false
		}
	}
	c.constants[out] = c.constants[n.Input[0]]
	if n.GetOpType() == "DequantizeLinear" {
		c.constants[out].literal = c.constants[out].elements == 1
	}
	return true
}

// holds says which inputs of an operator are parameters, weights first, and
// which of them are multiplied. For other operators, all constant inputs with
// dimensions are parameters.
var holds = map[string]struct{ inputs, weights []int }{
	"BatchNormalization":       {[]int{1, 2}, nil},
	"Clip":                     {},
	"Conv":                     {[]int{1, 2}, []int{1}},
	"ConvInteger":              {[]int{1}, []int{1}},
	"ConvTranspose":            {[]int{1, 2}, []int{1}},
	"DequantizeLinear":         {},
	"DeformConv":               {[]int{1, 3}, []int{1}},
	"GRU":                      {[]int{1, 2, 3}, []int{1, 2}},
	"Gemm":                     {[]int{0, 1, 2}, []int{0, 1}},
	"LSTM":                     {[]int{1, 2, 3, 7}, []int{1, 2}},
	"MatMul":                   {[]int{0, 1}, []int{0, 1}},
	"MatMulInteger":            {[]int{0, 1}, []int{0, 1}},
	"Pad":                      {},
	"RNN":                      {[]int{1, 2, 3}, []int{1, 2}},
	"QLinearConv":              {[]int{3, 8}, []int{3}},
	"QLinearMatMul":            {[]int{0, 3}, []int{0, 3}},
	"QuantizeLinear":           {},
	"Resize":                   {},
	"TopK":                     {},
	"Upsample":                 {},
	"com.microsoft.FusedConv":  {[]int{1, 2}, []int{1}},
	"com.microsoft.nchwc.Conv": {[]int{1, 2}, []int{1}},
}

// parameters counts the parameters that a node is the first to read.
func (c *counter) parameters(n *onnxpb.NodeProto, to *Counts) {
	row, listed := holds[operatorName(n)]
	for i, name := range n.GetInput() {
		k := c.constants[name]
		if k == nil || k.read {
			continue
		}
		switch {
		case listed && !slices.Contains(row.inputs, i):
			continue
		case !listed && k.literal:
			continue
		}
		k.read = true
		to.Params = c.total.add(to.Params, k.elements)
		if slices.Contains(row.weights, i) {
			to.Weights = c.total.add(to.Weights, k.elements)
		}
	}
}
