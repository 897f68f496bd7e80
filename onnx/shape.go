package onnx

import (
	"strconv"
	"strings"

	"fbnas/onnx/onnxpb"
)

// Integer is a type of lengths, axes and attributes.
type Integer interface{ ~int | ~int32 | ~int64 }

// Dim is one dimension: a length, a named length that is fixed only at run
// time ("N"), or, with Size -1 and no name, an unknown length.
type Dim struct {
	Size int64
	Name string
}

// Sym is a dimension with a name and no fixed length.
func Sym(name string) Dim { return Dim{Size: -1, Name: name} }

// Fixed is a dimension of length n.
func Fixed[T Integer](n T) Dim { return Dim{Size: int64(n)} }

// Known reports whether the length is fixed.
func (d Dim) Known() bool { return d.Size >= 0 }

func (d Dim) String() string {
	switch {
	case d.Known():
		return strconv.FormatInt(d.Size, 10)
	case d.Name != "":
		return d.Name
	}
	return "?"
}

// Shape is the dimensions of a tensor. A nil Shape has an unknown
// rank; a scalar's is empty and not nil.
type Shape []Dim

// Dims is the shape with these fixed lengths; Dims[int]() is a scalar's.
func Dims[T Integer](lengths ...T) Shape {
	s := make(Shape, len(lengths))
	for i, n := range lengths {
		s[i] = Fixed(n)
	}
	return s
}

func (s Shape) String() string {
	if s == nil {
		return "[...]"
	}
	words := make([]string, len(s))
	for i, d := range s {
		words[i] = d.String()
	}
	return "[" + strings.Join(words, ",") + "]"
}

// Lengths returns the dimensions as numbers; false if one of them, or the
// rank, is not fixed.
func (s Shape) Lengths() ([]int64, bool) {
	out := make([]int64, len(s))
	for i, d := range s {
		if !d.Known() {
			return nil, false
		}
		out[i] = d.Size
	}
	return out, s != nil
}

// TypeShape is what is known about a value: its element type (Unknown if
// unknown) and its shape (nil if its rank is unknown).
type TypeShape struct {
	Type  DType
	Shape Shape
}

func (ts TypeShape) String() string {
	if ts.Type == Unknown {
		return "?" + ts.Shape.String()
	}
	return ts.Type.String() + ts.Shape.String()
}

func typeProto(ts TypeShape) *onnxpb.TypeProto {
	elem := int32(ts.Type)
	t := &onnxpb.TypeProto_Tensor{ElemType: &elem}
	if ts.Shape != nil {
		t.Shape = &onnxpb.TensorShapeProto{}
	}
	for _, d := range ts.Shape {
		dim := &onnxpb.TensorShapeProto_Dimension{}
		switch {
		case d.Known():
			dim.Value = &onnxpb.TensorShapeProto_Dimension_DimValue{DimValue: d.Size}
		case d.Name != "":
			dim.Value = &onnxpb.TensorShapeProto_Dimension_DimParam{DimParam: d.Name}
		}
		t.Shape.Dim = append(t.Shape.Dim, dim)
	}
	return &onnxpb.TypeProto{Value: &onnxpb.TypeProto_TensorType{TensorType: t}}
}

// typeShape reads a declared type; the zero TypeShape for values that are not
// tensors. A negative length counts as unknown; Check reports it.
func typeShape(p *onnxpb.TypeProto) TypeShape {
	t := p.GetTensorType()
	ts := TypeShape{Type: DType(t.GetElemType())}
	if t.GetShape() == nil {
		return ts
	}
	ts.Shape = make(Shape, 0, len(t.Shape.Dim))
	for _, d := range t.Shape.Dim {
		dim := Sym(d.GetDimParam())
		if _, fixed := d.GetValue().(*onnxpb.TensorShapeProto_Dimension_DimValue); fixed && d.GetDimValue() >= 0 {
			dim = Fixed(d.GetDimValue())
		}
		ts.Shape = append(ts.Shape, dim)
	}
	return ts
}
