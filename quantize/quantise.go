package quantize

import (
	"fmt"
	"slices"
	"strings"

	"google.golang.org/protobuf/proto"

	"fbnas/internal/fault"
	"fbnas/onnx"
	"fbnas/onnx/onnxpb"
)

// leastOpset is the first in which DequantizeLinear has an axis.
const leastOpset = 13

// Quantise returns m in QDQ form. Convolutions, linear layers, sums, products
// and average pools take codes and give codes; an operator that limits a layer's output
// (Relu, HardSigmoid) becomes the limit of its codes; everything else stays in
// float. ranges are those of the tensors that Tensors names. m is not changed.
//
// It refuses a model that is quantised already, that has several inputs, nested graphs or
// an opset below 13, or that does not pass Check.
func Quantise(m *onnx.Model, ranges map[string]Range, o Options) (*onnx.Model, error) {
	return run(m, o, func(name string) (Range, error) {
		r, ok := ranges[name]
		if !ok {
			return r, fmt.Errorf("there is no range for %s", name)
		}
		return r, nil
	})
}

// Tensors names the tensors of m whose ranges Quantise needs, in the order in
// which they are computed.
func Tensors(m *onnx.Model, o Options) ([]string, error) {
	var names []string
	_, err := run(m, o, func(name string) (Range, error) {
		names = append(names, name)
		return Range{-1, 1}, nil
	})
	return unique(names), err
}

func run(m *onnx.Model, o Options, ranges func(string) (Range, error)) (*onnx.Model, error) {
	if err := refuse(m); err != nil {
		return nil, err
	}
	r, err := newRewriter(m, o, ranges)
	if err != nil {
		return nil, err
	}
	q, err := r.rewrite()
	if err != nil {
		return nil, fmt.Errorf("quantise %s: %w", m.Name(), err)
	}
	return q, nil
}

// refuse says why a model cannot be quantised.
func refuse(m *onnx.Model) error {
	why, hint := "", "Give a float model that `fbnas export` wrote."
	switch opset := m.Opset(""); {
	case opset < leastOpset:
		why, hint = fmt.Sprintf("it uses opset %d, and scales of channels need %d", opset, leastOpset), "Export it with --opset 13 or newer."
	case len(m.Inputs()) != 1:
		why = fmt.Sprintf("it takes %d tensors, not one", len(m.Inputs()))
	}
	for _, n := range m.Proto.GetGraph().GetNode() {
		switch {
		case strings.Contains(n.GetOpType(), "QuantizeLinear") || strings.HasPrefix(n.GetOpType(), "QLinear"):
			why, hint = "it is already quantised", "Give the float model."
		case hasGraph(n):
			why = fmt.Sprintf("node %q (%s) has a graph inside", n.GetName(), n.GetOpType())
		}
	}
	if why == "" {
		if err := onnx.Check(m); err != nil {
			why = err.Error()
		}
	}
	if why == "" {
		return nil
	}
	return fault.New(fault.Failure, hint, "model %s cannot be quantised: %s", m.Name(), why)
}

func hasGraph(n *onnxpb.NodeProto) bool {
	for _, a := range n.GetAttribute() {
		if a.GetG() != nil || len(a.GetGraphs()) > 0 {
			return true
		}
	}
	return false
}

// rewriter rewrites a model's nodes, in their order.
type rewriter struct {
	o      Options
	ranges func(name string) (Range, error)
	graph  *onnxpb.GraphProto // of the copy that is rewritten
	floats map[string]onnx.Tensor
	to     map[string][]*onnxpb.NodeProto // the readers of a value
	result map[string]bool                // the graph's outputs
	left   map[string]bool                // layers that stay in float

	model  *onnx.Model
	nodes  []*onnxpb.NodeProto
	done   map[*onnxpb.NodeProto]bool // folded into an earlier layer
	coded  map[string]string          // quantised values, with the name of the dequantised value
	grids  map[string]Grid            // of the quantised values
	shifts map[float32]string         // constants of gates
	taken  map[string]bool            // names of tensors in use
}

func newRewriter(m *onnx.Model, o Options, ranges func(string) (Range, error)) (*rewriter, error) {
	clone := m.Clone()
	r := &rewriter{
		o: o, ranges: ranges, model: clone, graph: clone.Proto.Graph,
		floats: map[string]onnx.Tensor{}, to: map[string][]*onnxpb.NodeProto{}, result: map[string]bool{},
		done: map[*onnxpb.NodeProto]bool{}, coded: map[string]string{}, grids: map[string]Grid{}, shifts: map[float32]string{}, taken: map[string]bool{},
	}
	tensors, err := clone.Initializers()
	if err != nil {
		return nil, err
	}
	for _, t := range tensors {
		if r.taken[t.Name] = true; t.DType == onnx.Float32 {
			r.floats[t.Name] = t
		}
	}
	for _, v := range clone.Outputs() {
		r.result[v.Name] = true
	}
	var layers []string
	for _, n := range r.graph.Node {
		for _, in := range n.Input {
			r.to[in] = append(r.to[in], n)
		}
		for _, name := range slices.Concat(n.Input, n.Output) {
			r.taken[name] = true
		}
		if layer := layerOf(n); layer != "" {
			layers = append(layers, layer)
		}
	}
	r.left, err = o.validate(layers)
	return r, err
}

// layerOf names a convolution or linear layer by its weights; "" for other nodes.
func layerOf(n *onnxpb.NodeProto) string {
	if outputAxis[n.GetOpType()] == nil || len(n.Input) < 2 {
		return ""
	}
	return strings.TrimSuffix(n.Input[1], ".weight")
}

func (r *rewriter) rewrite() (*onnx.Model, error) {
	for _, n := range r.graph.Node {
		if r.done[n] {
			continue
		}
		if err := r.node(n); err != nil {
			return nil, fmt.Errorf("node %q (%s): %w", n.GetName(), n.GetOpType(), err)
		}
	}
	r.graph.Node, r.graph.ValueInfo = r.nodes, nil
	r.dropUnused()
	if err := onnx.Check(r.model); err != nil {
		return nil, err
	}
	return r.model, r.declare()
}

// node quantises n if it has a rule that applies, and otherwise leaves it in float.
func (r *rewriter) node(n *onnxpb.NodeProto) error {
	rule, known := rules[n.GetOpType()]
	if known && n.GetDomain() == "" && len(n.Output) == 1 && !r.left[layerOf(n)] {
		if write := rule(r, n); write != nil {
			return write()
		}
	}
	inputs := r.read(n.Input)
	for i, in := range n.Input {
		if _, constant := r.floats[in]; constant {
			inputs[i] = in // another node may need codes of it
		}
	}
	if layerOf(n) != "" {
		var err error
		if inputs, err = r.keptFloat(n, inputs); err != nil {
			return err
		}
	}
	r.add(n, inputs, n.Output[:len(n.Output):len(n.Output)])
	return nil
}

// read are the names under which values are read: for quantised ones, the dequantised
// value.
func (r *rewriter) read(values []string) []string {
	names := slices.Clone(values)
	for i, v := range values {
		if name, ok := r.coded[v]; ok {
			names[i] = name
		}
	}
	return names
}

// add writes a node like n.
func (r *rewriter) add(n *onnxpb.NodeProto, inputs, outputs []string) {
	c := proto.CloneOf(n)
	c.Input, c.Output = inputs, outputs
	r.nodes = append(r.nodes, c)
}

// dropUnused removes the initializers that nothing reads.
func (r *rewriter) dropUnused() {
	read := map[string]bool{}
	for _, n := range r.nodes {
		for _, in := range n.Input {
			read[in] = true
		}
	}
	var kept []*onnxpb.TensorProto
	for _, t := range r.graph.Initializer {
		if read[t.GetName()] || r.result[t.GetName()] {
			kept = append(kept, t)
		}
	}
	r.graph.Initializer = kept
}

// declare states the types of the values between the nodes.
func (r *rewriter) declare() error {
	types, err := onnx.InferShapes(r.model)
	if err != nil {
		return err
	}
	for _, n := range r.nodes {
		for _, out := range n.Output {
			if t := types[out]; t.Shape != nil && !r.result[out] {
				r.model.Declare(onnx.Value{Name: out, TypeShape: t})
			}
		}
	}
	return nil
}
