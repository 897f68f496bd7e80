package onnx

import (
	"errors"
	"fmt"

	"google.golang.org/protobuf/encoding/protowire"
	"google.golang.org/protobuf/reflect/protoreflect"

	"fbnas/onnx/onnxpb"
)

// maxParts bounds the number of messages and texts of a model: nodes, attributes, names
// of inputs, dimensions. An empty one takes two bytes of a file and hundreds of bytes of
// memory, so that a small hostile file could use up all memory; models of a
// hundred thousand nodes have less than half as many.
const maxParts = 1 << 21

// checkParts counts the parts that decoding a model would allocate, without decoding it.
func checkParts(data []byte) error {
	left := maxParts
	return countParts(data, (&onnxpb.ModelProto{}).ProtoReflect().Descriptor(), maxNesting, &left)
}

func countParts(data []byte, of protoreflect.MessageDescriptor, depth int, left *int) error {
	if depth == 0 {
		return errors.New("it is nested too deeply")
	}
	for len(data) > 0 {
		number, kind, n := protowire.ConsumeTag(data)
		if n < 0 {
			return fmt.Errorf("%w: %w", ErrFormat, protowire.ParseError(n))
		}
		data = data[n:]
		if n = protowire.ConsumeFieldValue(number, kind, data); n < 0 {
			return fmt.Errorf("%w: %w", ErrFormat, protowire.ParseError(n))
		}
		value := data[:n]
		data = data[n:]
		field := of.Fields().ByNumber(number)
		if kind != protowire.BytesType || field == nil {
			continue
		}
		if field.Kind() != protoreflect.MessageKind && field.Kind() != protoreflect.StringKind {
			continue // bytes and packed numbers are as large in memory as in the file
		}
		if *left--; *left < 0 {
			return fmt.Errorf("it has more than %d parts", maxParts)
		}
		if field.Kind() == protoreflect.MessageKind {
			content, _ := protowire.ConsumeBytes(value)
			if err := countParts(content, field.Message(), depth-1, left); err != nil {
				return err
			}
		}
	}
	return nil
}
