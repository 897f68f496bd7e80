package summary

import (
	"fmt"
	"slices"

	"fbnas/onnx"
	"fbnas/onnx/onnxpb"
)

// products are the operators that multiply and accumulate: how to count one
// from the shapes of the inputs that hold numbers, and of the output.
var products = map[string]struct {
	inputs [2]int
	count  func(c *counter, n *onnxpb.NodeProto, a, b, out onnx.Shape) int64
}{
	"Conv":                     {[2]int{0, 1}, convolution},
	"ConvInteger":              {[2]int{0, 1}, convolution},
	"ConvTranspose":            {[2]int{0, 1}, transposed},
	"Gemm":                     {[2]int{0, 1}, gemm},
	"MatMul":                   {[2]int{0, 1}, matrices},
	"MatMulInteger":            {[2]int{0, 1}, matrices},
	"QLinearConv":              {[2]int{0, 3}, convolution},
	"QLinearMatMul":            {[2]int{0, 3}, matrices},
	"com.microsoft.FusedConv":  {[2]int{0, 1}, convolution},
	"com.microsoft.nchwc.Conv": {[2]int{0, 1}, convolution},
}

// convolution: each element of the output is a sum over one filter, weights
// [M,C/group,K...].
func convolution(c *counter, _ *onnxpb.NodeProto, _, w, out onnx.Shape) int64 {
	return c.total.mul(c.product(out), c.product(w[1:]))
}

// transposed: each element of the input is multiplied with a filter, weights
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

const unknownShapes = "the shapes that it works on are not known"

// multiplications counts a node's multiply-accumulates and pooled elements, or
// says why it cannot.
func (c *counter) multiplications(n *onnxpb.NodeProto, to *Counts) string {
	if why := c.opaque(n); why != "" {
		return why
	}
	if p, ok := products[operatorName(n)]; ok {
		if len(n.GetOutput()) == 0 {
			return unknownShapes
		}
		out := c.types[n.Output[0]].Shape
		var in [2]onnx.Shape
		for i, at := range p.inputs {
			if at < len(n.Input) {
				in[i] = c.types[n.Input[at]].Shape
			}
		}
		// What goes in has dimensions; vectors multiply to a number without.
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

// opaque is the reason why nothing is known of what a node computes; "" where
// something is.
func (c *counter) opaque(n *onnxpb.NodeProto) string {
	for _, a := range n.GetAttribute() {
		if a.GetG() != nil || len(a.GetGraphs()) > 0 {
			return "it holds a graph of its own, which may run any number of times"
		}
	}
	opset := c.opsets[domainOf(n)]
	if _, ok := products[operatorName(n)]; ok || onnx.Knows(n.GetDomain(), n.GetOpType(), opset) {
		return ""
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

// product is the number of elements of a shape; 0 where it is not known.
func (c *counter) product(s onnx.Shape) int64 {
	n, _ := c.elements(s)
	return n
}
