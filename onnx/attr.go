package onnx

import (
	"google.golang.org/protobuf/proto"

	"fbnas/onnx/onnxpb"
)

// Attr is one attribute of a node.
type Attr struct{ pb *onnxpb.AttributeProto }

// String identifies an attribute: within a process, equal ones have the same text.
func (a Attr) String() string { return a.pb.String() }

// Attribute is the attribute of a node with that name; if there is none, it is nil, whose
// getters return zeros.
func Attribute(n *onnxpb.NodeProto, name string) *onnxpb.AttributeProto {
	for _, a := range n.GetAttribute() {
		if a.GetName() == name {
			return a
		}
	}
	return nil
}

func attr(name string, t onnxpb.AttributeProto_AttributeType) Attr {
	return Attr{&onnxpb.AttributeProto{Name: &name, Type: &t}}
}

// Int is an integer attribute.
func Int[T Integer](name string, v T) Attr {
	a := attr(name, onnxpb.AttributeProto_INT)
	a.pb.I = proto.Int64(int64(v))
	return a
}

// Ints is an attribute that is a list of integers.
func Ints[T Integer](name string, v ...T) Attr {
	a := attr(name, onnxpb.AttributeProto_INTS)
	a.pb.Ints = make([]int64, len(v))
	for i, n := range v {
		a.pb.Ints[i] = int64(n)
	}
	return a
}

// Float is a number attribute.
func Float(name string, v float32) Attr {
	a := attr(name, onnxpb.AttributeProto_FLOAT)
	a.pb.F = &v
	return a
}

// Floats is an attribute that is a list of numbers.
func Floats(name string, v ...float32) Attr {
	a := attr(name, onnxpb.AttributeProto_FLOATS)
	a.pb.Floats = append([]float32{}, v...)
	return a
}

// String is a text attribute.
func String(name, v string) Attr {
	a := attr(name, onnxpb.AttributeProto_STRING)
	a.pb.S = []byte(v)
	return a
}
