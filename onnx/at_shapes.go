package onnx

import (
	"fmt"
	"slices"

	"fbnas/internal/fault"
	"fbnas/onnx/onnxpb"
)

// AtShapes is a copy of the model, which shares its nodes and tensors, with
// inputs of fixed shapes: those given by name, and otherwise the declared ones
// with 1 for an open first dimension. Where one replaces a shape that the file
// fixes, the shapes declared inside the graph go: they belong to the old one.
// An open dimension that nothing is given for is an error that names it.
func (m *Model) AtShapes(shapes map[string][]int64) (*Model, error) {
	inputs := m.Inputs()
	for name := range shapes {
		if !slices.ContainsFunc(inputs, func(v Value) bool { return v.Name == name }) {
			return nil, fault.New(fault.Usage, "Inputs of the file: "+inputNames(inputs), "the model has no input %q", name)
		}
	}
	c := choice{fixed: map[string]TypeShape{}, sizes: map[string]int64{}}
	for _, v := range inputs {
		if err := c.input(v, shapes[v.Name]); err != nil {
			return nil, err
		}
	}
	p, g := m.Proto, m.Proto.Graph
	copied := &onnxpb.GraphProto{Name: g.Name, Node: g.Node, Initializer: g.Initializer}
	for _, v := range g.Input {
		if t, ok := c.fixed[v.GetName()]; ok && t.Shape != nil {
			v = Value{Name: v.GetName(), TypeShape: t}.Proto()
		}
		copied.Input = append(copied.Input, v)
	}
	for _, v := range g.Output {
		copied.Output = append(copied.Output, c.declared(v))
	}
	for _, v := range g.ValueInfo {
		copied.ValueInfo = append(copied.ValueInfo, c.declared(v))
	}
	return &Model{Proto: &onnxpb.ModelProto{
		IrVersion: p.IrVersion, OpsetImport: p.OpsetImport, ProducerName: p.ProducerName, ProducerVersion: p.ProducerVersion,
		Graph: copied,
	}}, nil
}

// choice is what the shapes of the inputs are and what that makes of the
// dimensions that the file names.
type choice struct {
	fixed    map[string]TypeShape // of inputs
	sizes    map[string]int64     // of named dimensions
	replaced bool                 // a shape that the file fixes
}

func (c *choice) input(v Value, given []int64) error {
	shape, other, err := inputShape(v, given)
	if err != nil {
		return err
	}
	c.replaced = c.replaced || other
	c.fixed[v.Name] = TypeShape{Type: v.Type, Shape: shape}
	for i, d := range v.Shape {
		if !d.Known() && d.Name != "" {
			c.sizes[d.Name] = shape[i].Size
		}
	}
	return nil
}

// declared is a declaration inside the graph with its named dimensions fixed;
// nothing but the name where the file's shapes do not hold.
func (c *choice) declared(v *onnxpb.ValueInfoProto) *onnxpb.ValueInfoProto {
	if c.replaced {
		return &onnxpb.ValueInfoProto{Name: v.Name}
	}
	value := ValueOf(v)
	if value.Shape == nil {
		return v
	}
	for i, d := range value.Shape {
		if size, ok := c.sizes[d.Name]; ok && d.Name != "" && !d.Known() {
			value.Shape[i] = Fixed(size)
		}
	}
	return value.Proto()
}

// inputShape is the shape to fix an input at, and whether it differs from what
// the file fixes.
func inputShape(v Value, given []int64) (shape Shape, other bool, err error) {
	if given == nil {
		return assumed(v)
	}
	if v.Shape != nil && len(v.Shape) != len(given) {
		return nil, false, fault.New(fault.Usage, "Give a size for each dimension.", "input %q has the shape %v, not %d dimensions", v.Name, v.Shape, len(given))
	}
	for i, d := range v.Shape {
		other = other || d.Known() && d.Size != given[i]
	}
	return Dims(given...), other, nil
}

// assumed is the declared shape with a batch of 1. What is not a tensor has
// none.
func assumed(v Value) (Shape, bool, error) {
	shape := slices.Clone(v.Shape)
	for i, d := range shape {
		switch {
		case d.Known():
		case i == 0:
			shape[i] = Fixed(1)
		default:
			return nil, false, fault.New(fault.Usage, fmt.Sprintf("Give its sizes, such as --input %s:1x3x224x224.", v.Name),
				"input %q has the shape %v: the file leaves dimensions open", v.Name, v.Shape)
		}
	}
	return shape, false, nil
}

func inputNames(values []Value) string {
	text := ""
	for i, v := range values {
		if i > 0 {
			text += ", "
		}
		text += fmt.Sprintf("%s %v", v.Name, v.Shape)
	}
	return text
}
