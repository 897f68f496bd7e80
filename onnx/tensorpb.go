package onnx

import (
	"encoding/binary"
	"errors"
	"fmt"
	"slices"

	"google.golang.org/protobuf/proto"

	"fbnas/onnx/onnxpb"
)

// Proto is t as a protobuf message, which shares t's bytes.
func (t Tensor) Proto() *onnxpb.TensorProto {
	p := &onnxpb.TensorProto{Dims: t.Dims, DataType: proto.Int32(int32(t.DType)), RawData: t.Raw}
	if t.Name != "" {
		p.Name = &t.Name
	}
	if p.RawData == nil {
		p.RawData = []byte{}
	}
	return p
}

// TensorOf reads a protobuf tensor, from raw_data (whose bytes it shares) or
// from the typed field of its element type. It fails for strings and other
// types without a raw form, for external data that has not been loaded (see
// [Read]), and if the number of elements does not fit the dimensions.
func TensorOf(p *onnxpb.TensorProto) (Tensor, error) {
	if p == nil {
		return Tensor{}, errors.New("tensor is missing")
	}
	t := Tensor{Name: p.GetName(), DType: DType(p.GetDataType()), Dims: p.GetDims(), Raw: p.GetRawData()}
	if p.GetDataLocation() == onnxpb.TensorProto_EXTERNAL {
		return Tensor{}, fmt.Errorf("tensor %q keeps its data in another file, which was not loaded", t.Name)
	}
	if p.Segment != nil {
		return Tensor{}, fmt.Errorf("tensor %q is one segment of a tensor: not supported", t.Name)
	}
	if p.RawData == nil {
		t.Raw = typedData(p)
	}
	if _, err := t.Len(); err != nil {
		return Tensor{}, err
	}
	return t, nil
}

// typedData turns the field that ONNX prescribes for p's element type into
// little-endian bytes.
func typedData(p *onnxpb.TensorProto) []byte {
	t := DType(p.GetDataType())
	switch t {
	case Float32:
		return littleEndian(p.FloatData)
	case Float64:
		return littleEndian(p.DoubleData)
	case Int64:
		return littleEndian(p.Int64Data)
	case Uint64:
		return littleEndian(p.Uint64Data)
	case Uint32:
		return narrow(p.Uint64Data, func(v uint64) uint32 { return uint32(v) })
	case Int32:
		return littleEndian(p.Int32Data)
	case Int16, Uint16, Float16, BFloat16:
		return appendHalves(nil, p.Int32Data)
	case Int8, Uint8, Bool:
		return narrow(p.Int32Data, func(v int32) uint8 { return uint8(v) })
	}
	return nil
}

func littleEndian[T Element](data []T) []byte {
	raw, err := binary.Append(nil, binary.LittleEndian, data)
	if err != nil {
		panic(err) // only for types of no fixed size, which Element excludes
	}
	return raw
}

func narrow[From, To Element](data []From, code func(From) To) []byte {
	out := make([]To, len(data))
	for i, v := range data {
		out[i] = code(v)
	}
	return littleEndian(out)
}

// clone is t with its own memory.
func (t Tensor) clone() Tensor {
	t.Dims, t.Raw = slices.Clone(t.Dims), slices.Clone(t.Raw)
	return t
}
