package summary

import (
	"fmt"
	"slices"

	"fbnas/onnx"
	"fbnas/onnx/onnxpb"
)

// products are the operators that multiply and accumulate, with functions that count one
// from the shapes of its inputs that hold numbers, and of its output.
var products = map[string]struct {
	inputs [2]int
	count  func(c *counter, n *onnxpb.NodeProto, a, b, out onnx.Shape) int64
}{
	"Conv":                     {[2]int{0, 1}, convolution},
	"ConvInteger":              {[2]int{0, 1}, convolution},
	"ConvTranspose":            {[2]int{0, 1}, transposed},
	"DeformConv":               {[2]int{0, 1}, convolution},
	"GRU":                      {[2]int{0, 1}, recurrent},
	"Gemm":                     {[2]int{0, 1}, gemm},
	"LSTM":                     {[2]int{0, 1}, recurrent},
	"MatMul":                   {[2]int{0, 1}, matrices},
	"MatMulInteger":            {[2]int{0, 1}, matrices},
	"QLinearConv":              {[2]int{0, 3}, convolution},
	"QLinearMatMul":            {[2]int{0, 3}, matrices},
	"RNN":                      {[2]int{0, 1}, recurrent},
	"com.microsoft.FusedConv":  {[2]int{0, 1}, convolution},
	"com.microsoft.nchwc.Conv": {[2]int{0, 1}, convolution},
}

var recurrents = []string{"GRU", "LSTM", "RNN"}

// convolution: each element of the output is a sum over one filter, weights
// [M,C/group,K...].
func convolution(c *counter, _ *onnxpb.NodeProto, _, w, out onnx.Shape) int64 {
	return c.total.mul(c.product(out), c.product(w[1:]))
}

// transposed: each element of the input is multiplied by a filter, weights
// [C,M/group,K...].
func transposed(c *counter, _ *onnxpb.NodeProto, x, w, _ onnx.Shape) int64 {
	return c.total.mul(c.product(x), c.product(w[1:]))
}

// gemm: [M,K] by [K,N].
func gemm(c *counter, n *onnxpb.NodeProto, a, _, out onnx.Shape) int64 {
	inner := a[len(a)-1]
	if onnx.Attribute(n, "transA").GetI() != 0 {
		inner = a[0]
	}
	return c.total.mul(c.product(out), inner.Size)
}

// matrices: [..,M,K] by [..,K,N].
func matrices(c *counter, _ *onnxpb.NodeProto, a, _, out onnx.Shape) int64 {
	return c.total.mul(c.product(out), a[len(a)-1].Size)
}

// recurrent: at each step each example is multiplied by the weights [dirs,gates·H,I] and
// the recurrence [dirs,gates·H,H], which is input 2.
func recurrent(c *counter, n *onnxpb.NodeProto, x, w, _ onnx.Shape) int64 {
	steps := c.total.mul(x[0].Size, x[1].Size)
	return c.total.mul(steps, c.total.add(c.product(w), c.product(c.types[n.Input[2]].Shape)))
}

// einsum: two tensors are multiplied once for every combination of the letters
// of both. With one tensor there is no product; with more, the number depends on the
// order, which the runtime chooses.
func (c *counter) einsum(n *onnxpb.NodeProto, to *Counts) string {
	terms, _, ok := onnx.EinsumTerms(string(onnx.Attribute(n, "equation").GetS()))
	switch {
	case !ok || len(terms) != len(n.GetInput()):
		return "its equation does not state the output, or leaves dimensions open"
	case len(terms) == 1:
		return ""
	case len(terms) > 2:
		return "its products depend on the order in which the runtime takes more than two tensors"
	}
	lengths := map[rune]int64{}
	for i, term := range terms {
		shape, known := c.types[n.Input[i]].Shape.Lengths()
		if !known || len(shape) != len(term) {
			return unknownShapes
		}
		for k, letter := range term {
			lengths[letter] = max(lengths[letter], shape[k])
		}
	}
	to.MACs = 1
	for _, length := range lengths {
		to.MACs = c.total.mul(to.MACs, length)
	}
	return ""
}

const unknownShapes = "the shapes that it works on are not known"

// multiplications counts a node's multiply-accumulates and pooled elements, or
// returns the reason why it cannot.
func (c *counter) multiplications(n *onnxpb.NodeProto, to *Counts) string {
	if why := c.opaque(n); why != "" {
		return why
	}
	if operatorName(n) == "Einsum" {
		return c.einsum(n, to)
	}
	if p, ok := products[operatorName(n)]; ok {
		if len(n.GetOutput()) == 0 {
			return unknownShapes
		}
		out := c.types[n.Output[0]].Shape
		if slices.Contains(recurrents, operatorName(n)) {
			out = onnx.Shape{} // it may be omitted, and contains no information
			if len(n.GetInput()) < 3 || c.types[n.Input[2]].Shape == nil || len(c.types[n.Input[0]].Shape) != 3 {
				return unknownShapes
			}
		}
		var in [2]onnx.Shape
		for i, at := range p.inputs {
			if at < len(n.Input) {
				in[i] = c.types[n.Input[at]].Shape
			}
		}
		// Inputs have dimensions; the product of vectors is a number without any.
		for i, s := range []onnx.Shape{out, in[0], in[1]} {
			if lengths, known := s.Lengths(); !known || i > 0 && len(lengths) == 0 {
				return unknownShapes
			}
		}
		to.MACs = p.count(c, n, in[0], in[1], out)
	}
	if c.globalPool(n) {
		elements, known := c.elements(c.types[n.Input[0]].Shape)
		if !known {
			return unknownShapes
		}
		to.Pooled = elements
	}
	return ""
}

// opaque is the reason why nothing is known about a node's computation; "" if
// something is.
func (c *counter) opaque(n *onnxpb.NodeProto) string {
	for _, a := range n.GetAttribute() {
		if a.GetG() != nil || len(a.GetGraphs()) > 0 {
			return ownGraph
		}
	}
	opset := c.opsets[domainOf(n)]
	if _, ok := products[operatorName(n)]; ok || onnx.Knows(n.GetDomain(), n.GetOpType(), opset) {
		return ""
	}
	if why, ok := uncounted[operatorName(n)]; ok {
		return why
	}
	return fmt.Sprintf("no rule for this operator at opset %d", opset)
}

// globalPool reports whether a node averages whole maps.
func (c *counter) globalPool(n *onnxpb.NodeProto) bool {
	switch n.GetOpType() {
	case "GlobalAveragePool":
		return len(n.GetInput()) > 0
	case "ReduceMean":
		if len(n.GetInput()) == 0 || len(n.GetOutput()) == 0 {
			return false
		}
		in, out := c.types[n.Input[0]].Shape, c.types[n.Output[0]].Shape
		if len(in) != 4 || len(out) != 4 && len(out) != 2 {
			return false
		}
		return slices.Equal(out[:2], in[:2]) && !slices.ContainsFunc(out[2:], func(d onnx.Dim) bool { return d.Size != 1 })
	}
	return false
}

// product is the number of elements of a shape; 0 if it is unknown.
func (c *counter) product(s onnx.Shape) int64 {
	n, _ := c.elements(s)
	return n
}
