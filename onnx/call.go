package onnx

import (
	"fmt"
	"math"
	"math/bits"

	"fbnas/onnx/onnxpb"
)

// call is one node while its shape rule runs: the rule reads inputs and
// attributes and fills out. A rule that finds its node invalid calls fail;
// one that does not know enough leaves outputs as they are.
type call struct {
	*inference
	node  *onnxpb.NodeProto
	opset int64 // of the signature, not of the model
	in    []TypeShape
	out   []TypeShape
}

// impossible is the panic of fail; try turns it into an error.
type impossible struct{ error }

func (c *call) fail(format string, args ...any) {
	panic(impossible{fmt.Errorf(format, args...)})
}

// try runs a rule and checks its outputs.
func (c *call) try(r rule) (err error) {
	defer func() {
		if p := recover(); p != nil {
			broken, ok := p.(impossible)
			if !ok {
				panic(p)
			}
			err = broken.error
		}
	}()
	for i, ts := range c.in {
		c.bounded("input", i, ts.Shape)
	}
	r(c)
	for i, ts := range c.out {
		c.bounded("output", i, ts.Shape)
	}
	return nil
}

func (c *call) bounded(what string, i int, s Shape) {
	if len(s) > maxRank {
		c.fail("%s %d has %d dimensions", what, i, len(s))
	}
	for _, d := range s {
		if d.Size > maxDim || d.Size < -1 {
			c.fail("%s %d has a dimension of %d", what, i, d.Size)
		}
	}
}

// has reports whether input i is given: present and without an empty name.
func (c *call) has(i int) bool {
	return i < len(c.node.Input) && c.node.Input[i] != ""
}

// input is what is known about input i; the zero value if it is omitted.
func (c *call) input(i int) TypeShape {
	if !c.has(i) {
		return TypeShape{}
	}
	return c.in[i]
}

// give sets output i, if the node has it.
func (c *call) give(i int, t DType, s Shape) {
	if i < len(c.out) {
		c.out[i] = TypeShape{t, s}
	}
}

func (c *call) attribute(name string) *onnxpb.AttributeProto { return Attribute(c.node, name) }

func (c *call) attrInt(name string, absent int64) int64 {
	if a := c.attribute(name); a != nil {
		return a.GetI()
	}
	return absent
}

func (c *call) attrString(name, absent string) string {
	if a := c.attribute(name); a != nil {
		return string(a.GetS())
	}
	return absent
}

// ints are the values of input i if it is a known integer constant.
func (c *call) ints(i int) ([]int64, bool) {
	if !c.has(i) {
		return nil, false
	}
	v, ok := c.consts[c.node.Input[i]]
	return v, ok
}

// perAxis is a list attribute with one small value for each of n axes, or
// n times absent. Values must be at least least.
func (c *call) perAxis(name string, n int, absent, least int64) []int64 {
	var v []int64
	if a := c.attribute(name); a != nil {
		v = a.Ints
	}
	if len(v) == 0 {
		v = make([]int64, n)
		for i := range v {
			v[i] = absent
		}
	}
	if len(v) != n {
		c.fail("%s has %d values, not %d", name, len(v), n)
	}
	for _, x := range v {
		if x < least || x > math.MaxInt32 {
			c.fail("%s %v", name, v)
		}
	}
	return v
}

// axis turns an axis, negative if counted from the end, into an index below rank.
func (c *call) axis(axis int64, rank int) int {
	if axis < -int64(rank) || axis >= int64(rank) {
		c.fail("axis %d of %d dimensions", axis, rank)
	}
	if axis < 0 {
		axis += int64(rank)
	}
	return int(axis)
}

// axisSet is axis for a list, as flags; a repeated axis is refused.
func (c *call) axisSet(axes []int64, rank int) []bool {
	set := make([]bool, rank)
	for _, a := range axes {
		at := c.axis(a, rank)
		if set[at] {
			c.fail("axis %d is given twice in %v", a, axes)
		}
		set[at] = true
	}
	return set
}

// sameType is the common type of the inputs.
func (c *call) sameType(inputs ...int) DType {
	t := Unknown
	for _, i := range inputs {
		switch in := c.input(i).Type; {
		case t == Unknown:
			t = in
		case in != Unknown && in != t:
			c.fail("inputs of types %v and %v", t, in)
		}
	}
	return t
}

// float checks that input i is of a floating-point type, if that is known.
func (c *call) float(i int) DType {
	t := c.input(i).Type
	if t != Unknown && !t.IsFloat() {
		c.fail("input %d is of type %v", i, t)
	}
	return t
}

// rank checks that input i, if its rank is known, has n dimensions.
func (c *call) rank(i, n int) {
	if s := c.input(i).Shape; s != nil && len(s) != n {
		c.fail("input %d has shape %v, not %d dimensions", i, s, n)
	}
}

// equal is the dimension that two dimensions, which must be equal, have.
func (c *call) equal(what string, a, b Dim) Dim {
	d, ok := mergeDim(a, b)
	if !ok {
		c.fail("%s: %v and %v", what, a, b)
	}
	return d
}

// product multiplies dimensions. A name is kept if every other one is 1.
func (c *call) product(dims ...Dim) Dim {
	n, named := uint64(1), Fixed(1)
	for _, d := range dims {
		switch {
		case d.Known():
			over, product := bits.Mul64(n, uint64(d.Size))
			if over != 0 || product > maxDim {
				c.fail("too many elements in %v", Shape(dims))
			}
			n = product
		case named == Fixed(1):
			named = d
		default:
			named = Sym("")
		}
	}
	switch {
	case named.Known() || n == 0:
		return Fixed(int64(n))
	case n == 1:
		return named
	}
	return Sym("")
}
