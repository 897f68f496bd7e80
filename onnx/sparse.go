package onnx

import (
	"google.golang.org/protobuf/encoding/protowire"
	"google.golang.org/protobuf/proto"

	"fbnas/onnx/onnxpb"
)

// SparseTensor is a constant of which only some elements are stored; its name is
// that of Values. Source: ONNX's SparseTensorProto.
type SparseTensor struct {
	Values, Indices *onnxpb.TensorProto
	Dims            []int64
}

// The numbers of GraphProto.sparse_initializer and of SparseTensorProto's
// fields. onnxpb does not have them and keeps them as unknown fields.
const (
	sparseInitializer = 15
	sparseValues      = 1
	sparseIndices     = 2
	sparseDims        = 3
)

// SparseInitializers are the readable ones of a graph; others are left
// out, so that their readers find them missing.
func SparseInitializers(g *onnxpb.GraphProto) []SparseTensor {
	var list []SparseTensor
	eachField(g.ProtoReflect().GetUnknown(), func(number protowire.Number, content []byte) {
		if number != sparseInitializer || len(list) == maxParts {
			return
		}
		s := SparseTensor{Values: &onnxpb.TensorProto{}, Indices: &onnxpb.TensorProto{}}
		ok := eachField(content, func(number protowire.Number, content []byte) {
			switch number {
			case sparseValues:
				_ = proto.Unmarshal(content, s.Values) // a broken one has no name
			case sparseIndices:
				_ = proto.Unmarshal(content, s.Indices)
			case sparseDims:
				for len(content) > 0 {
					d, n := protowire.ConsumeVarint(content)
					if n < 0 {
						return
					}
					s.Dims, content = append(s.Dims, int64(d)), content[n:]
				}
			}
		})
		if ok && s.Values.GetName() != "" {
			list = append(list, s)
		}
	})
	return list
}

// eachField calls field with those fields that are bytes, or varints (in their encoding);
// false if the message is broken.
func eachField(data []byte, field func(number protowire.Number, content []byte)) bool {
	for len(data) > 0 {
		number, kind, n := protowire.ConsumeTag(data)
		if n < 0 {
			return false
		}
		data = data[n:]
		if n = protowire.ConsumeFieldValue(number, kind, data); n < 0 {
			return false
		}
		content := data[:n]
		if kind == protowire.BytesType {
			content, _ = protowire.ConsumeBytes(content)
		}
		if kind == protowire.BytesType || kind == protowire.VarintType {
			field(number, content)
		}
		data = data[n:]
	}
	return true
}
