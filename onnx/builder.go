package onnx

import (
	"fmt"
	"slices"
	"strconv"

	"google.golang.org/protobuf/proto"

	"fbnas/onnx/onnxpb"
)

// Builder is a model under construction. Values are referred to by name, and
// are defined before they are used. Errors in the model are reported once,
// by [Builder.Model].
type Builder struct {
	// DocString, Producer and ProducerVersion are stored in the file when
	// they are not empty.
	DocString, Producer, ProducerVersion string

	model  *onnxpb.ModelProto
	names  map[string]bool
	serial map[string]int
	consts map[string]string
}

// NewBuilder starts a model whose graph has the given name, at a version of
// the standard operator set; the IR version follows from it.
func NewBuilder(name string, opset int) *Builder {
	return &Builder{
		model: &onnxpb.ModelProto{
			IrVersion:   proto.Int64(irVersionOf(int64(opset))),
			Graph:       &onnxpb.GraphProto{Name: &name},
			OpsetImport: []*onnxpb.OperatorSetIdProto{{Domain: proto.String(""), Version: proto.Int64(int64(opset))}},
		},
		names:  map[string]bool{},
		serial: map[string]int{},
		consts: map[string]string{},
	}
}

// Import adds a domain of operators beside the standard one.
func (b *Builder) Import(domain string, version int) {
	b.model.OpsetImport = append(b.model.OpsetImport,
		&onnxpb.OperatorSetIdProto{Domain: &domain, Version: proto.Int64(int64(version))})
}

// Metadata adds an entry to metadata_props; entries stay in the order given.
func (b *Builder) Metadata(key, value string) {
	b.model.MetadataProps = append(b.model.MetadataProps, &onnxpb.StringStringEntryProto{Key: &key, Value: &value})
}

// Input declares a graph input and returns its name.
func (b *Builder) Input(name string, t DType, s Shape) string {
	b.names[name] = true
	b.model.Graph.Input = append(b.model.Graph.Input, valueInfo(name, t, s))
	return name
}

// Output declares that the value of this name is a graph output.
func (b *Builder) Output(name string, t DType, s Shape) {
	b.model.Graph.Output = append(b.model.Graph.Output, valueInfo(name, t, s))
}

// ValueInfo declares the type of a value inside the graph. This is needed only
// after operators without a shape rule in fbnas.
func (b *Builder) ValueInfo(name string, t DType, s Shape) {
	b.model.Graph.ValueInfo = append(b.model.Graph.ValueInfo, valueInfo(name, t, s))
}

// Initializer adds a constant, which shares t's bytes, and returns its name.
func (b *Builder) Initializer(name string, t Tensor) string {
	b.names[name] = true
	t.Name = name
	b.model.Graph.Initializer = append(b.model.Graph.Initializer, t.Proto())
	return name
}

// Const adds a small constant under a name of the builder's choosing, or returns
// the name of an equal one that Const added before.
func (b *Builder) Const(t Tensor) string {
	key := fmt.Sprintf("%d%v%s", t.DType, t.Dims, t.Raw)
	name, ok := b.consts[key]
	if !ok {
		name = b.Initializer(b.Fresh("const"), t.clone())
		b.consts[key] = name
	}
	return name
}

// Node adds a node of the standard domain, named after its first output. An
// empty input name omits an optional input.
func (b *Builder) Node(op string, inputs, outputs []string, attrs ...Attr) NodeRef {
	n := &onnxpb.NodeProto{Input: slices.Clone(inputs), Output: slices.Clone(outputs), OpType: &op}
	for _, a := range attrs {
		n.Attribute = append(n.Attribute, a.pb)
	}
	for _, out := range outputs {
		b.names[out] = true
	}
	if len(outputs) > 0 {
		n.Name = proto.String(outputs[0])
	}
	b.model.Graph.Node = append(b.model.Graph.Node, n)
	return NodeRef{n}
}

// Op adds a node of the standard domain with one output and returns the output's
// fresh name.
func (b *Builder) Op(op string, inputs []string, attrs ...Attr) string {
	out := b.Fresh(op)
	b.Node(op, inputs, []string{out}, attrs...)
	return out
}

// NodeRef is a node that was just added.
type NodeRef struct{ pb *onnxpb.NodeProto }

// In moves the node to another domain, which has to be imported.
func (n NodeRef) In(domain string) NodeRef {
	n.pb.Domain = &domain
	return n
}

// Named gives the node its own name, for a runtime's messages and traces.
func (n NodeRef) Named(name string) NodeRef {
	n.pb.Name = &name
	return n
}

// Fresh reserves an unused name: prefix, or prefix_1, prefix_2, ...
func (b *Builder) Fresh(prefix string) string {
	name := prefix
	for b.names[name] || name == "" {
		b.serial[prefix]++
		name = prefix + "_" + strconv.Itoa(b.serial[prefix])
	}
	b.names[name] = true
	return name
}

// Model returns the finished model after [Check]; the error lists all
// errors of the model. The builder must not be used afterwards.
func (b *Builder) Model() (*Model, error) {
	set := func(field **string, v string) {
		if v != "" {
			*field = &v
		}
	}
	set(&b.model.DocString, b.DocString)
	set(&b.model.ProducerName, b.Producer)
	set(&b.model.ProducerVersion, b.ProducerVersion)
	m := &Model{Proto: b.model}
	if err := Check(m); err != nil {
		return nil, fmt.Errorf("build graph %q: %w", b.model.Graph.GetName(), err)
	}
	return m, nil
}

func valueInfo(name string, t DType, s Shape) *onnxpb.ValueInfoProto {
	return &onnxpb.ValueInfoProto{Name: &name, Type: typeProto(TypeShape{t, s})}
}
