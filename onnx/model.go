package onnx

import (
	"google.golang.org/protobuf/proto"

	"fbnas/onnx/onnxpb"
)

// Model is an ONNX model. Proto is all of it, and may be read and
// changed; it keeps fields that fbnas does not know.
type Model struct{ Proto *onnxpb.ModelProto }

// Value is the declaration of a graph input or output.
type Value struct {
	Name string
	TypeShape
}

// ValueOf reads a declaration; the shape is nil if the value is not a tensor.
func ValueOf(p *onnxpb.ValueInfoProto) Value { return Value{p.GetName(), typeShape(p.GetType())} }

// Proto is v as a protobuf message.
func (v Value) Proto() *onnxpb.ValueInfoProto { return valueInfo(v.Name, v.Type, v.Shape) }

// Name is the graph's name.
func (m *Model) Name() string { return m.Proto.GetGraph().GetName() }

// Inputs are the graph inputs that a caller has to provide: those without an
// initializer of the same name, in the file's order.
func (m *Model) Inputs() []Value {
	g := m.Proto.GetGraph()
	constant := map[string]bool{}
	for _, t := range g.GetInitializer() {
		constant[t.GetName()] = true
	}
	for _, s := range SparseInitializers(g) {
		constant[s.Values.GetName()] = true
	}
	var out []Value
	for _, v := range g.GetInput() {
		if !constant[v.GetName()] {
			out = append(out, ValueOf(v))
		}
	}
	return out
}

// Outputs are the graph outputs in the file's order.
func (m *Model) Outputs() []Value {
	var out []Value
	for _, v := range m.Proto.GetGraph().GetOutput() {
		out = append(out, ValueOf(v))
	}
	return out
}

// Declare states the type of a value inside the graph, for runtimes that have
// no shape rule for its operator.
func (m *Model) Declare(v Value) {
	g := m.Proto.GetGraph()
	g.ValueInfo = append(g.ValueInfo, valueInfo(v.Name, v.Type, v.Shape))
}

// AddInput adds an input that a caller has to provide.
func (m *Model) AddInput(v Value) {
	g := m.Proto.GetGraph()
	g.Input = append(g.Input, valueInfo(v.Name, v.Type, v.Shape))
}

// AddOutput makes a value inside the graph an output.
func (m *Model) AddOutput(v Value) {
	g := m.Proto.GetGraph()
	g.Output = append(g.Output, valueInfo(v.Name, v.Type, v.Shape))
}

// Initializers are the graph's constants in the file's order; they share the
// model's bytes if those are raw. It fails as [TensorOf] does.
func (m *Model) Initializers() ([]Tensor, error) {
	var out []Tensor
	for _, p := range m.Proto.GetGraph().GetInitializer() {
		t, err := TensorOf(p)
		if err != nil {
			return nil, err
		}
		out = append(out, t)
	}
	return out, nil
}

// Opset is the version of a domain's operators that the model imports; 0 if
// it does not import them. The standard domain is "".
func (m *Model) Opset(domain string) int64 {
	for _, o := range m.Proto.GetOpsetImport() {
		if canonical(o.GetDomain()) == canonical(domain) {
			return o.GetVersion()
		}
	}
	return 0
}

// Metadata is metadata_props as a map; the last of equal keys wins.
func (m *Model) Metadata() map[string]string {
	out := map[string]string{}
	for _, p := range m.Proto.GetMetadataProps() {
		out[p.GetKey()] = p.GetValue()
	}
	return out
}

// Clone is a copy that shares nothing with m.
func (m *Model) Clone() *Model {
	return &Model{proto.CloneOf(m.Proto)}
}

// canonical gives the standard domain its one name: files may also say "ai.onnx".
func canonical(domain string) string {
	if domain == "ai.onnx" {
		return ""
	}
	return domain
}
