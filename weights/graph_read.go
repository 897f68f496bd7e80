package weights

import (
	"fmt"
	"slices"

	"fbnas/internal/fault"
	"fbnas/models"
	"fbnas/onnx"
	"fbnas/onnx/onnxpb"
)

// vertex is what one or several nodes of a file compute, as an operator of our
// blocks, or other if our blocks have none for it.
type vertex struct {
	op    string
	in    []*vertex
	label string // the file's node, for messages
	conv  *convolution
	// factor multiplies a hard sigmoid, hard swish or clip that is still to be
	// divided; amount is what a shift adds; groups are those of a shuffle.
	factor, amount float64
	groups         int
	pads           []int64 // of a padding: top, left, bottom, right
	pooled         bool    // height and width are 1: shapes [N,C] and [N,C,1,1] are equivalent
}

// The operators.
const (
	opInput    = "input"
	opConv     = "convolution"
	opRelu     = "relu"
	opHSwish   = "hswish"
	opHSigmoid = "hsigmoid"
	opSigmoid  = "sigmoid"
	opPool     = "global average pool"
	opAdd      = "addition"
	opMul      = "product"
	opShuffle  = "channel shuffle"
	opShift    = "shift"   // x + amount, a number: the beginning of a hard sigmoid
	opSplit    = "split"   // [N,C,H,W] as [N,g,C/g,H,W]: the beginning of a shuffle
	opSwapped  = "swapped" // [N,C/g,g,H,W]: the middle of one
	opPad      = "padding" // zeros around a map, for the convolution after it
	opShape    = "shape"   // numbers about shapes
	opOther    = "other"   // not in any of our blocks
)

// numbers are read only when needed: a hostile file may name one tensor
// in a million nodes, and only the network's own are read.
type numbers func() []float64

// convolution is a layer with everything that scales and shifts its channels.
type convolution struct {
	weight              numbers
	shape               [4]int // [out, in/groups, kernel, kernel]
	stride, pad, groups int
	bias                numbers // nil for none
	gamma, beta         numbers // nil without a batch norm
	mean, variance      numbers
	scaled              int    // number of operators besides the batch norm that were absorbed
	unlike              string // a property that no convolution of ours has
}

// reader turns a file's graph into vertices.
type reader struct {
	types     map[string]onnx.TypeShape
	constants map[string]array
	vertices  map[string]*vertex
	order     []*vertex
	listed    map[*vertex]bool
}

// array is a constant.
type array struct {
	shape  []int64
	tensor onnx.Tensor
	// flipped: a matrix, to be read by columns.
	flipped bool
}

// readGraph returns the vertex of the graph's output and all vertices in an
// order in which inputs come first. Dimensions of the image that the file
// leaves open are those of the network's first block.
func readGraph(m *onnx.Model, first models.Block) (output *vertex, order []*vertex, err error) {
	if err := onnx.CheckGraph(m); err != nil {
		return nil, nil, err
	}
	inputs, outputs := m.Inputs(), m.Outputs()
	if len(inputs) != 1 || len(outputs) != 1 || len(inputs[0].Shape) != 4 || !inputs[0].Type.IsFloat() {
		return nil, nil, fault.New(fault.Failure, "Export it with float32 images [N,C,H,W] as its one input, and logits as its one output.",
			"the graph takes %v and gives %v", inputs, outputs)
	}
	image := []int64{1, int64(first.In), int64(first.Height), int64(first.Width)}
	for i, d := range inputs[0].Shape {
		if d.Known() {
			image[i] = d.Size
		}
	}
	if m, err = m.AtShapes(map[string][]int64{inputs[0].Name: image}); err != nil {
		return nil, nil, err
	}
	types, err := onnx.InferShapes(m)
	if err != nil {
		return nil, nil, err
	}
	r := &reader{types: types, constants: map[string]array{}, vertices: map[string]*vertex{}, listed: map[*vertex]bool{}}
	r.add(inputs[0].Name, &vertex{op: opInput, label: inputs[0].Name})
	for _, t := range m.Proto.Graph.Initializer {
		r.constant(t.GetName(), t)
	}
	for _, n := range m.Proto.Graph.Node {
		r.node(n)
	}
	output = r.vertices[outputs[0].Name]
	if output == nil {
		return nil, nil, fmt.Errorf("the output %q does not depend on the input", outputs[0].Name)
	}
	return output, r.order, nil
}

func (r *reader) add(name string, v *vertex) {
	r.vertices[name] = v
	if !r.listed[v] { // operators that do nothing return their input
		r.listed[v] = true
		r.order = append(r.order, v)
	}
}

func (r *reader) constant(name string, p *onnxpb.TensorProto) {
	t, err := onnx.TensorOf(p)
	if err != nil {
		return // texts and the like: their readers are not in our networks
	}
	r.constants[name] = array{shape: t.Dims, tensor: t}
}

// values reads a constant's numbers.
func (a array) values() []float64 {
	v, err := a.tensor.Float64s()
	if err != nil {
		return nil
	}
	if !a.flipped {
		return v
	}
	rows, columns := int(a.shape[1]), int(a.shape[0])
	out := make([]float64, len(v))
	for i := range rows {
		for j := range columns {
			out[j*rows+i] = v[i*columns+j]
		}
	}
	return out
}

func (a array) len() int64 {
	n, _ := a.tensor.Len()
	return n
}

// number is the value of a constant of one element.
func (r *reader) number(name string) (float64, bool) {
	a, ok := r.constants[name]
	if !ok || a.len() != 1 {
		return 0, false
	}
	v := a.values()
	return v[0], true
}

// vector is a constant of n elements.
func (r *reader) vector(name string, n int) (numbers, bool) {
	a, ok := r.constants[name]
	return a.values, ok && a.len() == int64(n)
}

// node reads one node of the file by the tables readers and passing; a
// node of any other operator is other.
func (r *reader) node(n *onnxpb.NodeProto) {
	if len(n.GetOutput()) == 0 {
		return
	}
	out := n.Output[0]
	if r.folds(n) {
		return
	}
	v := &vertex{op: opOther, label: fmt.Sprintf("%.200s %.200q", n.GetOpType(), out)}
	for _, name := range n.GetInput() {
		if in := r.vertices[name]; in != nil {
			v.in = append(v.in, in)
		}
	}
	if len(v.in) == 0 || !slices.ContainsFunc(v.in, func(in *vertex) bool { return in.op != opShape }) || n.GetOpType() == "Shape" {
		v.op = opShape
		r.add(out, v)
		return
	}
	standard := n.GetDomain() == "" || n.GetDomain() == "ai.onnx"
	if read := readers[n.GetOpType()]; read != nil && standard {
		v = read(r, n, v)
	}
	r.add(out, v)
}

// folds records a node that makes a constant from constants.
func (r *reader) folds(n *onnxpb.NodeProto) bool {
	out := n.Output[0]
	if n.GetOpType() == "Constant" {
		for _, a := range n.GetAttribute() {
			switch {
			case a.GetT() != nil:
				r.constant(out, a.GetT())
			case a.GetName() == "value_float":
				r.constants[out] = array{tensor: onnx.Scalar("", a.GetF())}
			}
		}
		return true
	}
	if len(n.GetInput()) == 0 {
		return false
	}
	a, ok := r.constants[n.Input[0]]
	if !ok {
		return false
	}
	switch n.GetOpType() {
	case "Identity", "Cast":
	case "Reshape", "Flatten", "Squeeze", "Unsqueeze":
		lengths, known := r.types[out].Shape.Lengths()
		if !known || a.flipped {
			return false
		}
		a.shape, a.tensor.Dims = lengths, lengths
		if _, err := a.tensor.Len(); err != nil {
			return false // the file claims a shape that its numbers do not have
		}
	case "Transpose":
		perm := onnx.Attribute(n, "perm").GetInts()
		if len(a.shape) != 2 || perm != nil && !slices.Equal(perm, []int64{1, 0}) {
			return false
		}
		a.shape, a.flipped = []int64{a.shape[1], a.shape[0]}, !a.flipped
	default:
		return false
	}
	r.constants[out] = a
	return true
}
