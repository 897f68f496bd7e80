package onnx

import (
	"fmt"
	"slices"
	"strings"

	"fbnas/internal/fault"
	"fbnas/onnx/onnxpb"
)

// AtShapes is a copy of the model, which shares its nodes and tensors, with
// inputs of fixed shapes: those given by name, and otherwise the declared ones
// with 1 for an open batch (see [Model.Open]). A length given for a
// named dimension applies to every input that has it. If one replaces a shape
// that the file fixes, the shapes declared inside the graph are removed, since they
// belong to the old shape. The error names every input with a dimension that stays open,
// or a name with two lengths.
func (m *Model) AtShapes(shapes map[string][]int64) (*Model, error) {
	inputs := m.Inputs()
	for name := range shapes {
		if !slices.ContainsFunc(inputs, func(v Value) bool { return v.Name == name }) {
			return nil, fault.New(fault.Usage, "Inputs of the file: "+inputNames(inputs), "the model has no input %q", name)
		}
	}
	c := choice{fixed: map[string]TypeShape{}, sizes: map[string]int64{}}
	if err := c.choose(inputs, shapes); err != nil {
		return nil, err
	}
	g, copied, model := m.Proto.Graph, &onnxpb.GraphProto{}, &onnxpb.ModelProto{}
	shallowCopy(copied, g)
	shallowCopy(model, m.Proto)
	copied.Input, copied.Output, copied.ValueInfo = nil, nil, nil
	for _, v := range g.Input {
		if t, ok := c.fixed[v.GetName()]; ok && t.Shape != nil {
			v = Value{Name: v.GetName(), TypeShape: t}.Proto()
		}
		copied.Input = append(copied.Input, v)
	}
	for _, v := range g.Output {
		copied.Output = append(copied.Output, c.declared(v))
	}
	for _, v := range g.ValueInfo {
		copied.ValueInfo = append(copied.ValueInfo, c.declared(v))
	}
	model.Graph = copied
	return &Model{Proto: model}, nil
}

// choice has the chosen shapes of the inputs, and the resulting lengths of the named
// dimensions.
type choice struct {
	fixed    map[string]TypeShape // of inputs
	sizes    map[string]int64     // of named dimensions
	replaced bool                 // a shape that the file fixes was replaced
}

// choose takes the given shapes before those that follow from them.
func (c *choice) choose(inputs []Value, shapes map[string][]int64) error {
	for _, v := range inputs {
		if given := shapes[v.Name]; given != nil {
			if err := c.given(v, given); err != nil {
				return err
			}
		}
	}
	var open []Value
	for _, v := range inputs {
		if shapes[v.Name] != nil {
			continue
		}
		shape, whole := c.assumed(v)
		if !whole {
			open = append(open, Value{v.Name, TypeShape{v.Type, shape}})
			continue
		}
		c.fixed[v.Name] = TypeShape{v.Type, shape}
	}
	if len(open) > 0 {
		return openError(inputs, open)
	}
	return nil
}

// given takes a shape from the caller.
func (c *choice) given(v Value, given []int64) error {
	if v.Shape != nil && len(v.Shape) != len(given) {
		return fault.New(fault.Usage, "Give a size for each dimension.", "input %q has the shape %v, not %d dimensions", v.Name, v.Shape, len(given))
	}
	for i, d := range v.Shape {
		c.replaced = c.replaced || d.Known() && d.Size != given[i]
		if d.Known() || d.Name == "" {
			continue
		}
		if was, ok := c.sizes[d.Name]; ok && was != given[i] {
			return fault.New(fault.Usage, fmt.Sprintf("Give one size for %s in all inputs.", d.Name),
				"input %q has the shape %v, and %s is given as %d and as %d", v.Name, v.Shape, d.Name, was, given[i])
		}
		c.sizes[d.Name] = given[i]
	}
	c.fixed[v.Name] = TypeShape{v.Type, Dims(given...)}
	return nil
}

// assumed is the declared shape with the lengths given for its names,
// and otherwise a batch of 1; whole is false if a dimension stays open.
// A value that is not a tensor has no shape.
func (c *choice) assumed(v Value) (shape Shape, whole bool) {
	shape, whole = slices.Clone(v.Shape), true
	for i, d := range shape {
		size, given := c.sizes[d.Name]
		switch {
		case d.Known():
		case d.Name != "" && given:
			shape[i] = Fixed(size)
		case i == 0 && isBatch(v.Shape):
			shape[i] = Fixed(1)
			if d.Name != "" {
				c.sizes[d.Name] = 1
			}
		default:
			whole = false
		}
	}
	return shape, whole
}

// sidesAndTimes are parts of the names that exporters give to first dimensions
// that are not a batch.
var sidesAndTimes = []string{"height", "width", "seq", "time", "frame", "len", "sample", "token", "point", "row", "col", "step"}

// isBatch reports whether the open first dimension of a shape is the number of
// examples: this is assumed unless its name says otherwise, or it is the only dimension
// and no name says so.
func isBatch(s Shape) bool {
	name := strings.ToLower(s[0].Name)
	switch {
	case strings.Contains(name, "batch"):
		return true
	case name == "t" || name == "l" || named(s[0], sidesAndTimes):
		return false
	}
	return len(s) > 1 || name == "n" || name == "b"
}

// named reports whether a dimension's name has one of the parts, or is h or w.
func named(d Dim, parts []string) bool {
	name := strings.ToLower(d.Name)
	return name == "h" || name == "w" || slices.ContainsFunc(parts, func(part string) bool { return strings.Contains(name, part) })
}

// Open are the inputs with open dimensions other than the batch: their shapes
// decide how much the model computes.
func (m *Model) Open() []Value {
	var open []Value
	for _, v := range m.Inputs() {
		for i, d := range v.Shape {
			if !d.Known() && (i > 0 || !isBatch(v.Shape)) {
				open = append(open, v)
				break
			}
		}
	}
	return open
}

// openError lists open inputs, with flags that would fix them.
func openError(inputs, open []Value) error {
	var shapes, flags []string
	for _, v := range open {
		sides := make([]string, len(v.Shape))
		for i, d := range v.Shape {
			size := d.Size
			switch {
			case d.Known():
			case i == 0 && isBatch(v.Shape):
				size = 1
			case i == 1 && len(v.Shape) == 4 && !named(d, sidesAndTimes):
				size = 3
			case len(v.Shape) == 4:
				size = 224
			default:
				size = 128
			}
			sides[i] = fmt.Sprint(size)
		}
		for _, in := range inputs {
			if in.Name == v.Name {
				shapes = append(shapes, fmt.Sprintf("input %q has the shape %v", v.Name, in.Shape))
			}
		}
		flags = append(flags, fmt.Sprintf("--input %s:%s", v.Name, strings.Join(sides, "x")))
	}
	return fault.New(fault.Usage, fmt.Sprintf("Give its sizes, such as %s.", strings.Join(flags, " ")),
		"%s: the file leaves dimensions open", strings.Join(shapes, ", "))
}

// declared is a declaration inside the graph with its named dimensions fixed;
// only the type if the file's shapes no longer apply.
func (c *choice) declared(v *onnxpb.ValueInfoProto) *onnxpb.ValueInfoProto {
	value := ValueOf(v)
	if value.Shape == nil {
		return v
	}
	if c.replaced {
		value.Shape = nil
		return value.Proto()
	}
	for i, d := range value.Shape {
		if size, ok := c.sizes[d.Name]; ok && d.Name != "" && !d.Known() {
			value.Shape[i] = Fixed(size)
		}
	}
	return value.Proto()
}

func inputNames(values []Value) string {
	var list []string
	for _, v := range values {
		list = append(list, fmt.Sprintf("%s %v", v.Name, v.Shape))
	}
	return strings.Join(list, ", ")
}
