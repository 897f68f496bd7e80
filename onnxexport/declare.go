package onnxexport

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"

	"fbnas/onnx"
)

// declareShapes fills in value_info: the values between the nodes.
func declareShapes(m *onnx.Model) error {
	types, err := onnx.InferShapes(m)
	if err != nil {
		return err
	}
	graphOutput := map[string]bool{}
	for _, v := range m.Outputs() {
		graphOutput[v.Name] = true
	}
	return declare(m, func(b *onnx.Builder) {
		for _, n := range m.Proto.Graph.Node {
			for _, name := range n.Output {
				if t := types[name]; t.Shape != nil && !graphOutput[name] {
					b.ValueInfo(name, t.Type, t.Shape)
				}
			}
		}
	})
}

// declare replaces the value_info and the metadata of a finished model, each
// only if write adds some.
func declare(m *onnx.Model, write func(*onnx.Builder)) error {
	b := onnx.NewBuilder("", int(m.Opset("")))
	write(b)
	d, err := b.Model()
	if err != nil {
		return err
	}
	if v := d.Proto.Graph.ValueInfo; v != nil {
		m.Proto.Graph.ValueInfo = v
	}
	if p := d.Proto.MetadataProps; p != nil {
		m.Proto.MetadataProps = p
	}
	return nil
}

// WeightsDigest is the SHA-256 of a model's initializers, names and shapes
// included, in hex.
func WeightsDigest(m *onnx.Model) string {
	h := sha256.New()
	for _, t := range m.Proto.Graph.Initializer {
		fmt.Fprintf(h, "%q %d %v %d\n", t.GetName(), t.GetDataType(), t.GetDims(), len(t.GetRawData()))
		h.Write(t.GetRawData())
	}
	return hex.EncodeToString(h.Sum(nil))
}

// StructureDigest is the SHA-256 of a model's message without weights (tensors
// with dimensions of float32, and of int8 and int32 in QDQ form), metadata and names of
// models and tools: it is equal for models that a runtime executes in the same way.
func StructureDigest(m *onnx.Model) (string, error) {
	bare := m.Clone()
	p := bare.Proto
	p.MetadataProps, p.ProducerName, p.ProducerVersion, p.Graph.Name = nil, nil, nil, nil
	for _, t := range p.Graph.Initializer {
		switch onnx.DType(t.GetDataType()) {
		case onnx.Float32, onnx.Int8, onnx.Int32:
			if len(t.GetDims()) > 0 {
				t.RawData = nil
			}
		}
	}
	data, err := bare.Bytes()
	if err != nil {
		return "", err
	}
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:]), nil
}
