package onnx

import (
	"fmt"
	"slices"

	"fbnas/internal/fault"
	"fbnas/onnx/onnxpb"
)

// Cut is the part of the model from one value to another, each inside its graph
// or at its ends; "" is the graph's own input or output. Values are named as in
// the file. Unneeded parts are left out; tensors and nodes are
// shared with m. It fails if a value does not exist, or if the part needs
// another input of the model.
func (m *Model) Cut(input, output string) (*Model, error) {
	types, err := InferShapes(m)
	if err != nil {
		return nil, err
	}
	g, copied, model := m.Proto.Graph, &onnxpb.GraphProto{}, &onnxpb.ModelProto{}
	shallowCopy(copied, g)
	shallowCopy(model, m.Proto)
	model.Graph = copied
	for _, name := range []string{input, output} {
		if _, known := types[name]; name != "" && !known {
			return nil, fault.New(fault.Usage, "Names of values are those of inputs and outputs of nodes, as other programs show them.",
				"the graph has no value %q", name)
		}
	}
	if output != "" {
		copied.Output = []*onnxpb.ValueInfoProto{Value{output, types[output]}.Proto()}
	}
	section := &section{from: input, needed: map[string]bool{}}
	for _, v := range copied.Output {
		section.needed[v.GetName()] = true
	}
	copied.Node = section.behind(g.Node)
	copied.Initializer = slices.DeleteFunc(slices.Clone(g.Initializer), func(t *onnxpb.TensorProto) bool { return !section.needed[t.GetName()] })
	copied.Input = slices.DeleteFunc(slices.Clone(g.Input), func(v *onnxpb.ValueInfoProto) bool { return !section.needed[v.GetName()] })
	cut := &Model{Proto: model}
	if input == "" {
		return cut, nil
	}
	if !section.needed[input] {
		return nil, fault.New(fault.Usage, "Give a value that the output depends on.", "%q is not needed for the output", input)
	}
	for _, v := range cut.Inputs() {
		if v.Name != input {
			return nil, fault.New(fault.Usage, "Give a value after which the image is no longer read.",
				"the nodes after %q also read the input %q", input, v.Name)
		}
	}
	copied.Input = append(slices.DeleteFunc(copied.Input, func(v *onnxpb.ValueInfoProto) bool { return v.GetName() == input }), Value{input, types[input]}.Proto())
	return cut, nil
}

// section walks a graph backwards from the needed values to the value from.
type section struct {
	from   string
	needed map[string]bool
}

func (p *section) behind(nodes []*onnxpb.NodeProto) []*onnxpb.NodeProto {
	var kept []*onnxpb.NodeProto
	for _, n := range slices.Backward(nodes) {
		if slices.Contains(n.GetOutput(), p.from) && p.from != "" ||
			!slices.ContainsFunc(n.GetOutput(), func(name string) bool { return name != "" && p.needed[name] }) {
			continue
		}
		kept = append(kept, n)
		p.reads(n)
	}
	slices.Reverse(kept)
	return kept
}

// reads records what a node needs, including graphs inside it, which may read any value
// of the surrounding graph.
func (p *section) reads(n *onnxpb.NodeProto) {
	for _, name := range n.GetInput() {
		p.needed[name] = true
	}
	for _, a := range n.GetAttribute() {
		for _, g := range append(slices.Clone(a.GetGraphs()), a.GetG()) {
			for _, inner := range g.GetNode() {
				p.reads(inner)
			}
			for _, v := range g.GetOutput() {
				p.needed[v.GetName()] = true
			}
		}
	}
}

// Widened is the model with float32 instead of float16: inputs, outputs,
// tensors and casts. It computes the same to the precision of float16; the tensors'
// values do not change.
func (m *Model) Widened() (*Model, error) {
	w := m.Clone()
	g := w.Proto.Graph
	for t := range tensors(g) {
		if DType(t.GetDataType()) != Float16 {
			continue
		}
		half, err := TensorOf(t)
		if err != nil {
			return nil, err
		}
		values, err := half.Float64s()
		if err != nil {
			return nil, err
		}
		single := make([]float32, len(values))
		for i, v := range values {
			single[i] = float32(v)
		}
		p := NewTensor(t.GetName(), single, half.Dims...).Proto()
		t.DataType, t.RawData, t.Int32Data = p.DataType, p.RawData, nil
	}
	for _, list := range [][]*onnxpb.ValueInfoProto{g.Input, g.Output, g.ValueInfo} {
		for _, v := range list {
			if t := v.GetType().GetTensorType(); DType(t.GetElemType()) == Float16 {
				single := int32(Float32)
				t.ElemType = &single
			}
		}
	}
	for _, n := range g.Node {
		if to := Attribute(n, "to"); n.GetOpType() == "Cast" && DType(to.GetI()) == Float16 {
			single := int64(Float32)
			to.I = &single
		}
	}
	if _, err := InferShapes(w); err != nil {
		return nil, fmt.Errorf("in float32: %w", err)
	}
	return w, nil
}
