package summary

import (
	"errors"
	"fmt"

	"fbnas/internal/fault"
	"fbnas/onnx"
	"fbnas/onnx/onnxpb"
)

// Options of Of.
type Options struct {
	// Shapes are the shapes of inputs, by name. An input without one has
	// the shape that the file declares, with 1 for an open first dimension.
	Shapes map[string][]int64
}

// Summary has the sizes of a model and of one run of it.
type Summary struct {
	Name     string
	IR       int64
	Opset    int64 // of the standard operators; 0 if they are not imported
	Producer string
	Inputs   []onnx.Value
	Outputs  []onnx.Value
	Nodes    []Node // in the file's order, without constant ones
	Counts
	// ConstantBytes are those of all constants as the file stores them.
	ConstantBytes int64
	// PeakBytes is the largest number of bytes of activations that are alive at once
	// if nodes run in the file's order and none overwrites its inputs.
	PeakBytes int64
	// Uncounted is the number of nodes whose multiply-accumulates or activations are
	// unknown: they are missing in the totals.
	Uncounted int
}

// Counts are the sizes of a node or of a whole model.
type Counts struct {
	Params  int64 // numbers that are trained, counted at the node that first reads them
	Weights int64 // the part of Params that is multiplied: no biases, no batch norms
	MACs    int64 // multiply-accumulates of convolutions and matrix products
	Pooled  int64 // elements that global average pools read
	// Elements and Bytes of the nodes' outputs.
	Elements, Bytes int64
}

// Node is one operator of the graph.
type Node struct {
	Name   string // the node's name, or that of its first output
	Op     string // "Conv", "com.microsoft.FusedConv"
	Output onnx.TypeShape
	Counts
	// Why is the reason why its multiply-accumulates or pooled elements are
	// unknown; "" if they are known.
	Why string
	// Unsized: the shape of one of its outputs is unknown.
	Unsized bool
}

// Of counts a model. Operators without a rule in fbnas are counted as far
// as the file declares the shapes of their outputs, and marked. A model is refused if
// its graph has no order (cycles, values defined twice or not at all), if its tensors do
// not fit their dimensions, if its shapes contradict each other or if its
// dimensions overflow.
func Of(m *onnx.Model, o Options) (Summary, error) {
	if err := onnx.CheckGraph(m); err != nil {
		return Summary{}, fmt.Errorf("graph %q: %w", m.Name(), err)
	}
	m, err := m.AtShapes(o.Shapes)
	if err != nil {
		return Summary{}, err
	}
	types, err := onnx.InferShapes(m)
	if err != nil {
		return Summary{}, fault.New(fault.Failure, "Check the file, or the shapes given with --input.",
			"the shapes in graph %q contradict each other: %w", m.Name(), err)
	}
	c := &counter{model: m, types: types, constants: map[string]*constant{}, opsets: map[string]int64{}}
	s, err := c.summary()
	if err != nil {
		return Summary{}, fmt.Errorf("graph %q: %w", m.Name(), err)
	}
	return s, nil
}

// counter walks a graph whose shapes are known.
type counter struct {
	model     *onnx.Model
	types     map[string]onnx.TypeShape
	constants map[string]*constant
	opsets    map[string]int64 // by domain, the standard one is ""
	total     sum
}

func (c *counter) summary() (Summary, error) {
	p := c.model.Proto
	for _, o := range p.OpsetImport {
		c.opsets[standard(o.GetDomain())] = o.GetVersion()
	}
	s := Summary{
		Name: c.model.Name(), IR: p.GetIrVersion(), Opset: c.model.Opset(""), Producer: p.GetProducerName(),
		Inputs: c.model.Inputs(),
	}
	if v := p.GetProducerVersion(); v != "" {
		s.Producer += " " + v
	}
	for _, v := range c.model.Outputs() {
		v.TypeShape = c.types[v.Name]
		s.Outputs = append(s.Outputs, v)
	}
	for _, t := range p.Graph.Initializer {
		s.ConstantBytes = c.total.add(s.ConstantBytes, c.define(t.GetName(), t))
	}
	for _, t := range onnx.SparseInitializers(p.Graph) {
		s.ConstantBytes = c.total.add(s.ConstantBytes, c.define(t.Values.GetName(), t.Values))
	}
	for _, n := range p.Graph.Node {
		if c.folds(n, &s) {
			continue
		}
		node := c.node(n)
		s.Nodes = append(s.Nodes, node)
		s.Counts = c.total.counts(s.Counts, node.Counts)
		if node.Why != "" || node.Unsized {
			s.Uncounted++
		}
	}
	s.PeakBytes = c.peak()
	if c.total.overflowed {
		return Summary{}, errors.New("its dimensions add up to more than can be counted")
	}
	return s, nil
}

// node counts one node.
func (c *counter) node(n *onnxpb.NodeProto) Node {
	out := Node{Name: n.GetName(), Op: operatorName(n)}
	if out.Name == "" && len(n.GetOutput()) > 0 {
		out.Name = n.Output[0]
	}
	c.parameters(n, &out.Counts)
	for i, name := range n.GetOutput() {
		if name == "" {
			continue
		}
		t := c.types[name]
		if i == 0 {
			out.Output = t
		}
		elements, ok := c.elements(t.Shape)
		if !ok || t.Type.Size() == 0 {
			out.Unsized = true
			continue
		}
		out.Elements = c.total.add(out.Elements, elements)
		out.Bytes = c.total.add(out.Bytes, c.total.mul(elements, t.Type.Size()))
	}
	out.Why = c.multiplications(n, &out.Counts)
	return out
}

// elements is the product of a shape; false if it is unknown.
func (c *counter) elements(s onnx.Shape) (int64, bool) {
	lengths, ok := s.Lengths()
	if !ok {
		return 0, false
	}
	return c.total.mul(lengths...), true
}

// operatorName adds the domain to the name of an operator that is not
// standard.
func operatorName(n *onnxpb.NodeProto) string {
	if d := domainOf(n); d != "" {
		return d + "." + n.GetOpType()
	}
	return n.GetOpType()
}

func domainOf(n *onnxpb.NodeProto) string { return standard(n.GetDomain()) }

// standard gives the standard domain its one name: files may also say "ai.onnx".
func standard(domain string) string {
	if domain == "ai.onnx" {
		return ""
	}
	return domain
}
