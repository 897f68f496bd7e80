package onnxgo

import (
	"fmt"

	"fbnas/internal/fault"
	"fbnas/onnx"
	"fbnas/onnx/onnxpb"
)

// Lower returns a model that computes the same as m, up to rounding, with the
// operators of onnx-go: see rules. A batch that m leaves open becomes 1. Networks for
// which onnx-go would take too much memory or time are refused before anything is
// built.
func Lower(m *onnx.Model) (*onnx.Model, error) {
	// The rules rely on inferred shapes, not on stated ones.
	if err := onnx.Check(m); err != nil {
		return nil, fmt.Errorf("lower for onnx-go: %w", err)
	}
	m = bound(m)
	types, err := onnx.InferShapes(m)
	if err != nil {
		return nil, fmt.Errorf("lower for onnx-go: %w", err)
	}
	l := &lowering{model: m, types: types, consts: map[string]onnx.Tensor{}, placed: map[string]bool{}}
	l.builder = onnx.NewBuilder(m.Name(), opset)
	if err := l.run(); err != nil {
		return nil, fmt.Errorf("lower for onnx-go: %w", err)
	}
	lowered, err := l.builder.Model()
	if err != nil {
		return nil, fmt.Errorf("lower for onnx-go: %w", err)
	}
	return lowered, nil
}

// opset is that of lowered models: the operators that the rules write have not
// changed since.
const opset = 13

// bound is m with its open dimensions, those of the batch, set to 1.
func bound(m *onnx.Model) *onnx.Model {
	m = m.Clone()
	g := m.Proto.GetGraph()
	g.ValueInfo = nil // it was stated for the open batch
	for _, list := range [][]*onnxpb.ValueInfoProto{g.GetInput(), g.GetOutput()} {
		for _, v := range list {
			for _, d := range v.GetType().GetTensorType().GetShape().GetDim() {
				if _, fixed := d.GetValue().(*onnxpb.TensorShapeProto_Dimension_DimValue); !fixed {
					d.Value = &onnxpb.TensorShapeProto_Dimension_DimValue{DimValue: 1}
				}
			}
		}
	}
	return m
}

// lowering is a model that is being rewritten.
type lowering struct {
	model   *onnx.Model
	builder *onnx.Builder
	types   map[string]onnx.TypeShape
	consts  map[string]onnx.Tensor // of the model, by name
	placed  map[string]bool        // those that are already in the lowered model under their own name
}

func (l *lowering) run() error {
	constants, err := l.model.Initializers()
	if err != nil {
		return err
	}
	for _, t := range constants {
		l.consts[t.Name] = t
	}
	if err := l.affordable(); err != nil {
		return err
	}
	for _, v := range l.model.Inputs() {
		l.builder.Input(v.Name, onnx.Float32, v.Shape)
	}
	for _, pb := range l.model.Proto.GetGraph().GetNode() {
		rule, ok := rules[pb.GetOpType()]
		if !ok || pb.GetDomain() != "" || len(pb.GetOutput()) != 1 {
			return fault.New(fault.Failure, "Verify it with --engine ort: onnx-go runs only fbnas's own files in float32.",
				"there is no way to run %s in onnx-go", pb.GetOpType())
		}
		n := node{pb, l}
		if err := n.fixed(); err != nil {
			return err
		}
		if err := rule(n); err != nil {
			return fmt.Errorf("%s %q: %w", n.op(), n.out(), err)
		}
	}
	for _, v := range l.model.Outputs() {
		l.builder.Output(v.Name, onnx.Float32, l.types[v.Name].Shape)
	}
	return nil
}

// node is a node of the model, with one output.
type node struct {
	pb *onnxpb.NodeProto
	l  *lowering
}

func (n node) op() string      { return n.pb.GetOpType() }
func (n node) out() string     { return n.pb.GetOutput()[0] }
func (n node) inputs() int     { return len(n.pb.GetInput()) }
func (n node) in(i int) string { return n.pb.GetInput()[i] }

// shape is that of input i, or of the output for -1; fixed has checked that it is known.
func (n node) shape(i int) []int64 {
	name := n.out()
	if i >= 0 {
		name = n.in(i)
	}
	lengths, _ := n.l.types[name].Shape.Lengths()
	return lengths
}

// fixed refuses a node with unknown dimensions before its rule reads them.
func (n node) fixed() error {
	for _, name := range append([]string{n.out()}, n.pb.GetInput()...) {
		if _, ok := n.l.types[name].Shape.Lengths(); !ok && name != "" {
			return fmt.Errorf("%s %q: the shape of %q is not known", n.op(), n.out(), name)
		}
	}
	return nil
}

// value is input i in the lowered model; a constant is added when it is
// first needed.
func (n node) value(i int) string {
	name := n.in(i)
	if t, ok := n.l.consts[name]; ok && !n.l.placed[name] {
		n.l.placed[name] = true
		n.l.builder.Initializer(name, t)
	}
	return name
}

// floats are the values of input i, a constant.
func (n node) floats(i int) ([]float32, error) {
	t, ok := n.l.consts[n.in(i)]
	if !ok {
		return nil, fmt.Errorf("%q is not a constant", n.in(i))
	}
	return onnx.Values[float32](t)
}

// add writes a node with a new value and returns its name.
func (n node) add(op string, inputs []string, attrs ...onnx.Attr) string {
	out := n.l.builder.Fresh("lowered/" + n.out())
	n.l.builder.Node(op, inputs, []string{out}, attrs...)
	return out
}

// give writes the node that computes the output.
func (n node) give(op string, inputs []string, attrs ...onnx.Attr) {
	n.l.builder.Node(op, inputs, []string{n.out()}, attrs...)
}

// number is a constant that every map can be combined with.
func (n node) number(v float32) string { return n.l.builder.Const(onnx.Vector("", v)) }

func (n node) ints(v ...int64) string { return n.l.builder.Const(onnx.Vector("", v...)) }

func (n node) attribute(name string) *onnxpb.AttributeProto { return onnx.Attribute(n.pb, name) }

func (n node) attrFloat(name string, absent float32) float32 {
	if a := n.attribute(name); a != nil {
		return a.GetF()
	}
	return absent
}

func (n node) attrInt(name string, absent int64) int64 {
	if a := n.attribute(name); a != nil {
		return a.GetI()
	}
	return absent
}

func (n node) attrInts(name string, absent ...int64) []int64 {
	if a := n.attribute(name); a != nil && len(a.GetInts()) > 0 {
		return a.GetInts()
	}
	return absent
}
