package plan

import (
	"fmt"

	"fbnas/onnx"
)

// graph is a model as the runtime holds it.
type graph struct {
	nodes   []*node // by index; nil if a rewrite removed it
	values  map[string]*value
	inputs  []*value // fed by the caller
	outputs []*value // given to the caller
}

type node struct {
	index      int
	name       string
	domain, op string
	attributes string
	in, out    []*value // nil if left out
}

// value is one tensor: the result of a node, an input or a constant.
type value struct {
	name     string
	ts       onnx.TypeShape
	bytes    int64
	from     *node // nil for inputs and constants
	to       []*node
	constant bool
	number   float32 // of a constant with one element; else 0
	output   bool    // of the model
}

// load reads a model whose shapes are all fixed.
func load(m *onnx.Model) (*graph, error) {
	types, err := onnx.InferShapes(m)
	if err != nil {
		return nil, fmt.Errorf("plan %s: %w", m.Name(), err)
	}
	g := &graph{values: map[string]*value{}}
	for _, v := range m.Inputs() {
		g.inputs = append(g.inputs, g.value(v.Name))
	}
	constants, err := m.Initializers()
	if err != nil {
		return nil, fmt.Errorf("plan %s: %w", m.Name(), err)
	}
	for _, t := range constants {
		v := g.value(t.Name)
		v.constant = true
		if numbers, err := onnx.Values[float32](t); err == nil && len(numbers) == 1 {
			v.number = numbers[0]
		}
	}
	for _, pb := range m.Proto.GetGraph().GetNode() {
		n := g.add(&node{name: pb.GetName(), domain: pb.GetDomain(), op: pb.GetOpType(), attributes: fmt.Sprint(pb.GetAttribute())})
		g.connect(n, g.named(pb.GetInput()), g.named(pb.GetOutput()))
	}
	for _, v := range m.Outputs() {
		out := g.value(v.Name)
		out.output = true
		g.outputs = append(g.outputs, out)
	}
	for name, v := range g.values {
		if err := v.size(types[name]); err != nil {
			return nil, fmt.Errorf("plan %s: %w", m.Name(), err)
		}
	}
	return g, nil
}

// size computes the memory of a value.
func (v *value) size(ts onnx.TypeShape) error {
	lengths, fixed := ts.Shape.Lengths()
	width := ts.Type.Size()
	if !fixed || width == 0 {
		return fmt.Errorf("the size of %q is not known: %v", v.name, ts)
	}
	v.ts, v.bytes = ts, int64(width)
	for _, n := range lengths {
		v.bytes *= n
	}
	return nil
}

func (g *graph) value(name string) *value {
	v := g.values[name]
	if v == nil {
		v = &value{name: name}
		g.values[name] = v
	}
	return v
}

func (g *graph) named(names []string) []*value {
	values := make([]*value, len(names))
	for i, name := range names {
		if name != "" {
			values[i] = g.value(name)
		}
	}
	return values
}

// add gives a node the next index, as the runtime does.
func (g *graph) add(n *node) *node {
	n.index = len(g.nodes)
	g.nodes = append(g.nodes, n)
	return n
}

func (g *graph) connect(n *node, in, out []*value) {
	n.in, n.out = in, out
	for _, v := range in {
		if v != nil {
			v.to = append(v.to, n)
		}
	}
	for _, v := range out {
		if v != nil {
			v.from = n
		}
	}
}
