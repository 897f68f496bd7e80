package quantize

import (
	"fmt"
	"slices"

	"google.golang.org/protobuf/proto"

	"fbnas/onnx"
	"fbnas/onnx/onnxpb"
	"fbnas/onnxexport"
)

// The layout of feature maps between integer kernels, and back.
var (
	channelsFirst = []int64{0, 3, 1, 2}
	channelsLast  = []int64{0, 2, 3, 1}
)

// Inner is s, a single block, in QDQ form and with the borders that it has inside
// a network: its input and, if it is a map, its output are codes with channels
// last, as ONNX Runtime's integer kernels pass them on. The cost of a network's
// own borders is the same for all networks of a space.
func Inner(s onnxexport.Sample, o Options) (onnxexport.Sample, error) {
	m, err := decodeTimed(s, o)
	if err != nil {
		return s, err
	}
	if err := innerBorders(m); err != nil {
		return s, fmt.Errorf("quantise %s: %w", s.Name, err)
	}
	return onnxexport.SampleOf(s.Name, m)
}

// innerBorders removes the QuantizeLinear of m's input and the DequantizeLinear of its output.
func innerBorders(m *onnx.Model) error {
	types, err := onnx.InferShapes(m)
	if err != nil {
		return err
	}
	g, in, out := m.Proto.Graph, m.Inputs()[0].Name, m.Outputs()[0].Name
	first := slices.IndexFunc(g.Node, func(n *onnxpb.NodeProto) bool {
		return n.GetOpType() == "QuantizeLinear" && n.Input[0] == in
	})
	last := len(g.Node) - 1
	if first < 0 {
		return fmt.Errorf("%s is not rounded", in)
	}
	codes := types[g.Node[first].Output[0]]
	g.Node[first] = transposed(in, g.Node[first].Output[0], channelsFirst)
	g.Input = nil
	m.AddInput(onnx.Value{Name: in, TypeShape: onnx.TypeShape{Type: codes.Type, Shape: permuted(codes.Shape, channelsLast)}})
	if n := g.Node[last]; n.GetOpType() == "DequantizeLinear" && n.Output[0] == out && len(types[out].Shape) == 4 {
		codes := types[n.Input[0]]
		g.Node[last] = transposed(n.Input[0], out, channelsLast)
		g.Output = nil
		m.AddOutput(onnx.Value{Name: out, TypeShape: onnx.TypeShape{Type: codes.Type, Shape: permuted(codes.Shape, channelsLast)}})
	}
	return onnx.Check(m)
}

func permuted(s onnx.Shape, perm []int64) onnx.Shape {
	out := make(onnx.Shape, len(s))
	for i, p := range perm {
		out[i] = s[p]
	}
	return out
}

func transposed(from, to string, perm []int64) *onnxpb.NodeProto {
	n := operator("Transpose", to, from)
	n.Name = proto.String(to + ".transposed")
	kind := onnxpb.AttributeProto_INTS
	n.Attribute = []*onnxpb.AttributeProto{{Name: proto.String("perm"), Type: &kind, Ints: perm}}
	return n
}
