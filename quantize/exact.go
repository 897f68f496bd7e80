package quantize

import (
	"fmt"

	"google.golang.org/protobuf/proto"

	"fbnas/onnx"
	"fbnas/onnx/onnxpb"
)

// Exact returns q, which Quantise returned, with the same weights written as
// uint8 around 128. ONNX Runtime multiplies uint8 by uint8 in 16 bits and adds in
// 32 on every processor; products of uint8 and int8 it adds in 16 bits on x86 without
// VNNI, where they saturate. Unless something saturates, both models give the same numbers.
func Exact(q *onnx.Model) (*onnx.Model, error) {
	m := q.Clone()
	g := m.Proto.Graph
	reads, constants := map[string]*onnxpb.NodeProto{}, map[string]*onnxpb.TensorProto{}
	for _, n := range g.Node {
		if n.GetOpType() == "DequantizeLinear" {
			reads[n.Output[0]] = n
		}
	}
	for _, t := range g.Initializer {
		constants[t.GetName()] = t
	}
	for _, n := range g.Node {
		read := (*onnxpb.NodeProto)(nil)
		if layerOf(n) != "" {
			read = reads[n.Input[1]]
		}
		if read == nil {
			continue // a layer in float, or no layer
		}
		for _, name := range []string{read.Input[0], read.Input[2]} {
			if err := shiftToUint8(constants[name]); err != nil {
				return nil, fmt.Errorf("weights %s: %w", name, err)
			}
		}
	}
	return m, onnx.Check(m)
}

// shiftToUint8 adds 128 to a constant of int8.
func shiftToUint8(t *onnxpb.TensorProto) error {
	c, err := onnx.TensorOf(t)
	if err != nil {
		return err
	}
	if c.DType != onnx.Int8 {
		return fmt.Errorf("they are %v, not int8", c.DType)
	}
	raw := make([]byte, len(c.Raw))
	for i, b := range c.Raw {
		raw[i] = b ^ 0x80
	}
	t.DataType, t.RawData, t.Int32Data = proto.Int32(int32(onnx.Uint8)), raw, nil
	return nil
}
