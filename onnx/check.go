package onnx

import (
	"fmt"

	"fbnas/onnx/onnxpb"
)

// Check reports all errors of a model, as one joined error that
// names the nodes: versions and imports, names that are defined twice or used
// before they are defined, tensors whose bytes do not fit their shapes,
// operators that the table lacks at the model's opset, wrong numbers of inputs
// and outputs, wrong attributes, and declared types that differ from inferred
// ones. Operators of a domain without a table are accepted if
// the domain is imported.
func Check(m *Model) error {
	c := newCheck(m)
	c.versions()
	c.entrances()
	for _, n := range m.Proto.GetGraph().GetNode() {
		c.names(n)
		c.operator(n)
	}
	c.exits()
	if _, err := InferShapes(m); err != nil {
		c.problems.add(err)
	}
	return c.problems.join()
}

// CheckGraph is Check without versions and operators: the requirements on a
// graph from any source. Names are defined once and before they are used,
// so that the graph has no cycle, and the bytes of tensors fit their
// dimensions.
func CheckGraph(m *Model) error {
	c := newCheck(m)
	c.entrances()
	for _, n := range m.Proto.GetGraph().GetNode() {
		c.names(n)
		for _, a := range n.GetAttribute() {
			if a.GetT() != nil {
				c.tensor(a.GetT())
			}
		}
	}
	c.exits()
	return c.problems.join()
}

func newCheck(m *Model) *check {
	return &check{model: m.Proto, opsets: map[string]int64{}, defined: map[string]bool{}}
}

type check struct {
	model    *onnxpb.ModelProto
	opsets   map[string]int64
	defined  map[string]bool
	problems problems
}

func (c *check) addf(format string, args ...any) {
	c.problems.add(fmt.Errorf(format, args...))
}

// The IR versions that can be read: 3 is the first with opset imports.
const (
	minIR = 3
	maxIR = 10
)

// versions: each domain is imported once, the standard one at an opset that the
// table covers, and the IR version is at least as new as the opset. The releases
// before opset 13 combined them less strictly, and so does this check.
func (c *check) versions() {
	ir := c.model.GetIrVersion()
	if ir < minIR || ir > maxIR {
		c.addf("IR version %d; known are %d to %d", ir, minIR, maxIR)
	}
	for _, o := range c.model.GetOpsetImport() {
		domain := canonical(o.GetDomain())
		if _, twice := c.opsets[domain]; twice {
			c.addf("domain %.200q is imported twice", domain)
		}
		c.opsets[domain] = o.GetVersion()
		if o.GetVersion() < 1 {
			c.addf("domain %.200q is imported at version %d", domain, o.GetVersion())
		}
	}
	opset, ok := c.opsets[""]
	switch {
	case ok && opset > maxOpset:
		c.addf("opset %d; the newest known is %d", opset, maxOpset)
	case ok && opset >= 13 && ir < irVersionOf(opset):
		c.addf("opset %d needs IR version %d, the model says %d", opset, irVersionOf(opset), ir)
	}
}

// entrances: graph inputs and initializers, the names at which nodes start. An
// initializer may share an input's name: it is that input's default.
func (c *check) entrances() {
	g := c.model.GetGraph()
	for _, v := range g.GetInput() {
		c.define("graph input", v.GetName())
		c.declaration("graph input", v)
	}
	inputs := map[string]bool{}
	for _, v := range g.GetInput() {
		inputs[v.GetName()] = true
	}
	for _, t := range g.GetInitializer() {
		if !inputs[t.GetName()] {
			c.define("initializer", t.GetName())
		}
		c.tensor(t)
	}
	for _, s := range SparseInitializers(g) {
		if name := s.Values.GetName(); !inputs[name] {
			c.define("sparse initializer", name)
		}
		c.tensor(s.Values)
		c.tensor(s.Indices)
		if _, err := elements(s.Dims); err != nil {
			c.addf("sparse initializer %.200q: %w", s.Values.GetName(), err)
		}
	}
	for _, v := range g.GetValueInfo() {
		c.declaration("value", v)
	}
}

func (c *check) define(what, name string) {
	switch {
	case name == "":
		c.addf("%s without a name", what)
	case c.defined[name]:
		c.addf("%s: %.200q is defined twice", what, name)
	}
	c.defined[name] = true
}

// open is how old exporters write an open dimension.
const open = -1

// declaration checks the declared type of a value. Values that are not
// tensors (sequences, maps) are not checked.
func (c *check) declaration(what string, v *onnxpb.ValueInfoProto) {
	if v.GetType() == nil {
		c.addf("%s %.200q has no type", what, v.GetName())
		return
	}
	t := v.GetType().GetTensorType()
	if t == nil {
		return
	}
	if _, known := onnxpb.TensorProto_DataType_name[t.GetElemType()]; !known || t.GetElemType() == 0 {
		c.addf("%s %.200q has elements of unknown type %d", what, v.GetName(), t.GetElemType())
	}
	for _, d := range t.GetShape().GetDim() {
		if d.GetDimValue() < open {
			c.addf("%s %.200q has a dimension of %d", what, v.GetName(), d.GetDimValue())
		}
	}
}

func (c *check) tensor(p *onnxpb.TensorProto) {
	if t := DType(p.GetDataType()); t.Size() == 0 && t != Unknown {
		return // strings and other types that are stored but not computed with
	}
	if _, err := TensorOf(p); err != nil {
		c.problems.add(err)
	}
}

// exits: graph outputs, each the name of a value.
func (c *check) exits() {
	seen := map[string]bool{}
	for _, v := range c.model.GetGraph().GetOutput() {
		c.declaration("graph output", v)
		if !c.defined[v.GetName()] {
			c.addf("graph output %.200q is not defined", v.GetName())
		}
		if seen[v.GetName()] {
			c.addf("graph output %.200q is listed twice", v.GetName())
		}
		seen[v.GetName()] = true
	}
}

// names: a node reads names that are defined, and defines new ones.
func (c *check) names(n *onnxpb.NodeProto) {
	for _, name := range n.GetInput() {
		if name != "" && !c.defined[name] {
			c.addf("%s: input %.200q is not defined before it", label(n), name)
		}
	}
	for _, name := range n.GetOutput() {
		if name != "" {
			c.define(label(n), name)
		}
	}
}

// operator: a node has the form that the table requires for its operator, if its domain
// has a table.
func (c *check) operator(n *onnxpb.NodeProto) {
	opset, imported := c.opsets[canonical(n.GetDomain())]
	if !imported {
		c.addf("%s: domain %.200q is not imported", label(n), n.GetDomain())
		return
	}
	if _, table := domains[canonical(n.GetDomain())]; table {
		c.signature(n, opset)
	}
}

// signature compares a node with the operator table.
func (c *check) signature(n *onnxpb.NodeProto, opset int64) {
	op := lookup(n.GetDomain(), n.GetOpType(), opset)
	if op == nil {
		c.addf("%s: not an operator that fbnas knows at opset %d", label(n), opset)
		return
	}
	if got := len(n.GetInput()); !op.in.holds(got) {
		c.addf("%s: %d inputs; opset %d has %v", label(n), got, opset, op.in)
	}
	if got := len(n.GetOutput()); !op.out.holds(got) {
		c.addf("%s: %d outputs; opset %d has %v", label(n), got, opset, op.out)
	}
	for i, name := range n.GetInput() {
		if i < op.in.min && name == "" {
			c.addf("%s: input %d must not be left out", label(n), i)
		}
	}
	seen := map[string]bool{}
	for _, a := range n.GetAttribute() {
		c.attribute(n, op, a)
		if seen[a.GetName()] {
			c.addf("%s: attribute %s is given twice", label(n), a.GetName())
		}
		seen[a.GetName()] = true
	}
}

func (c *check) attribute(n *onnxpb.NodeProto, op *operator, a *onnxpb.AttributeProto) {
	want, ok := op.attrs[a.GetName()]
	switch {
	case !ok:
		c.addf("%s: no attribute %s at this opset", label(n), a.GetName())
	case a.GetType() != want:
		c.addf("%s: attribute %s is of kind %v, not %v", label(n), a.GetName(), a.GetType(), want)
	case want == t1:
		c.tensor(a.GetT())
	}
}

func (s span) String() string {
	switch {
	case s.min == s.max:
		return fmt.Sprint(s.min)
	case s.max == many:
		return fmt.Sprintf("%d or more", s.min)
	}
	return fmt.Sprintf("%d to %d", s.min, s.max)
}
