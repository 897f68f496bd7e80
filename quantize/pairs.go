package quantize

import (
	"fmt"
	"slices"

	"google.golang.org/protobuf/proto"

	"fbnas/onnx"
	"fbnas/onnx/onnxpb"
)

// Suffixes of the tensors that quantisation adds to a tensor's name.
const (
	codesSuffix = ".quantized"
	scaleSuffix = ".scale"
	zeroSuffix  = ".zero_point"
	floatSuffix = ".float"       // a layer's output before it is rounded
	readSuffix  = ".dequantized" // a graph input after DequantizeLinear
)

var suffixes = []string{codesSuffix, scaleSuffix, zeroSuffix, floatSuffix, readSuffix, readSuffix + scaleSuffix}

// base is the name from which the new tensors' names are made: name, with
// a number appended if such tensors exist already. In a float file equal constants
// are shared, and each of their readers needs codes of its own.
func (r *rewriter) base(name string) string {
	base := name
	taken := func(suffix string) bool { return r.taken[base+suffix] }
	for i := 1; slices.ContainsFunc(suffixes, taken); i++ {
		base = fmt.Sprintf("%s.%d", name, i)
	}
	for _, suffix := range suffixes {
		r.taken[base+suffix] = true
	}
	return base
}

// operator is a new node of the standard domain. A node that takes over a value's
// name needs a name that differs from that of the node that computed it.
func operator(op string, out string, in ...string) *onnxpb.NodeProto {
	name := out
	if op == "DequantizeLinear" {
		name = in[0] + readSuffix
	}
	return &onnxpb.NodeProto{OpType: &op, Name: &name, Input: in, Output: []string{out}}
}

func (r *rewriter) constant(t onnx.Tensor) string {
	r.graph.Initializer = append(r.graph.Initializer, t.Proto())
	return t.Name
}

// gridTensors adds a grid's scale and zero point as constants named after their
// tensor.
func (r *rewriter) gridTensors(name string, g Grid) (scale, zero string) {
	scale = r.constant(onnx.Scalar(name+scaleSuffix, g.Scale))
	if g.Type == onnx.Uint8 {
		return scale, r.constant(onnx.Scalar(name+zeroSuffix, uint8(g.Zero)))
	}
	return scale, r.constant(onnx.Scalar(name+zeroSuffix, int8(g.Zero)))
}

// round writes the pair that rounds a value to g, with tensors named after
// base: QuantizeLinear of from, and DequantizeLinear to the name to.
func (r *rewriter) round(name, base, from, to string, g Grid) {
	scale, zero := r.gridTensors(base, g)
	r.nodes = append(r.nodes,
		operator("QuantizeLinear", base+codesSuffix, from, scale, zero),
		operator("DequantizeLinear", to, base+codesSuffix, scale, zero))
	r.coded[name], r.grids[name] = to, g
}

// output writes n with codes as its output: out is the name of the dequantised value,
// which may be that of a node folded into n.
func (r *rewriter) output(n *onnxpb.NodeProto, inputs []string, out string, g Grid) {
	base := r.base(out)
	r.add(n, r.read(inputs), []string{base + floatSuffix})
	r.round(out, base, base+floatSuffix, out, g)
}

// input makes sure that a value can be read as codes, and returns its grid.
func (r *rewriter) input(name string) (Grid, error) {
	if g, ok := r.grids[name]; ok {
		return g, nil
	}
	if t, ok := r.floats[name]; ok {
		return r.constantCodes(t)
	}
	g, err := r.grid(name)
	if err == nil {
		base := r.base(name)
		r.round(name, base, name, base+readSuffix, g)
	}
	return g, err
}

// grid is the grid for the range of a tensor.
func (r *rewriter) grid(name string) (Grid, error) {
	limits, err := r.ranges(name)
	if err != nil {
		return Grid{}, err
	}
	return r.gridOf(name, limits)
}

func (r *rewriter) gridOf(name string, limits Range) (Grid, error) {
	g, err := GridOf(limits, r.o.activations())
	if err != nil {
		return g, fmt.Errorf("%s: %w", name, err)
	}
	return g, nil
}

// constantCodes stores a constant as codes.
func (r *rewriter) constantCodes(t onnx.Tensor) (Grid, error) {
	values, err := t.Float64s()
	if err != nil {
		return Grid{}, err
	}
	g, err := r.gridOf(t.Name, Range{}.with(values))
	if err != nil {
		return g, err
	}
	base := r.base(t.Name)
	stored := onnx.Tensor{Name: base + codesSuffix, DType: g.Type, Dims: t.Dims, Raw: make([]byte, len(values))}
	for i, v := range values {
		stored.Raw[i] = byte(g.Code(v))
	}
	scale, zero := r.gridTensors(base, g)
	r.nodes = append(r.nodes, operator("DequantizeLinear", base+readSuffix, r.constant(stored), scale, zero))
	r.coded[t.Name], r.grids[t.Name] = base+readSuffix, g
	return g, nil
}

// perChannel writes a constant, named after name, that has a scale for each
// index of an axis.
func (r *rewriter) perChannel(name string, stored onnx.Tensor, scales []float32, zeros onnx.Tensor, axis int) string {
	base := r.base(name)
	stored.Name, zeros.Name = base+codesSuffix, base+zeroSuffix
	d := operator("DequantizeLinear", base+readSuffix, r.constant(stored),
		r.constant(onnx.Vector(base+scaleSuffix, scales...)), r.constant(zeros))
	kind := onnxpb.AttributeProto_INT
	d.Attribute = []*onnxpb.AttributeProto{{Name: proto.String("axis"), Type: &kind, I: proto.Int64(int64(axis))}}
	r.nodes = append(r.nodes, d)
	return d.Output[0]
}
