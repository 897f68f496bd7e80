package models

import (
	"cmp"
	"encoding/json"
	"fmt"
	"iter"

	"fbnas/graph"
	"fbnas/nn"
)

// Option is one value of an axis: a number, or a name such as an activation's. It
// is comparable; its JSON is the number or the name.
type Option struct {
	number float64
	name   string
}

// Number is an option that is a number.
func Number[N int | float64](v N) Option { return Option{number: float64(v)} }

// Named is an option that is a name.
func Named(name string) Option { return Option{name: name} }

// Float is the option's number, 0 for a name.
func (o Option) Float() float64 { return o.number }

// Int is the option's number without its fraction, 0 for a name.
func (o Option) Int() int { return int(o.number) }

func (o Option) String() string { return cmp.Or(o.name, fmt.Sprintf("%g", o.number)) }

// MarshalJSON writes the number or the name.
func (o Option) MarshalJSON() ([]byte, error) {
	if o.name != "" {
		return json.Marshal(o.name)
	}
	return json.Marshal(o.number)
}

// UnmarshalJSON reads what MarshalJSON wrote.
func (o *Option) UnmarshalJSON(data []byte) error {
	*o = Option{}
	if len(data) > 0 && data[0] == '"' {
		return json.Unmarshal(data, &o.name)
	}
	return json.Unmarshal(data, &o.number)
}

func numbers[N int | float64](list []N) []Option {
	options := make([]Option, len(list))
	for i, v := range list {
		options[i] = Number(v)
	}
	return options
}

// Axis is one property of a layer with its options, one where it is fixed.
type Axis struct {
	Choice  int // index into Space.Choices, or Fixed
	Options []Option
}

// Fixed is the Choice of an axis on which there is nothing to choose.
const Fixed = -1

func one(v int) Axis { return Axis{Choice: Fixed, Options: []Option{Number(v)}} }

// The axes of a layer, in the order of a Point; in a list of all points, the last
// axis varies fastest.
const (
	AxisIn        = iota // the width that enters: the previous layer's last width
	AxisExpansion        // hidden channels over incoming ones
	AxisKernel           // size of the depthwise convolution
	AxisOut              // the width that leaves
	axisCount
)

// Point picks one option of each axis of a layer, by index.
type Point [axisCount]int

// Axes are the axes of a layer.
type Axes [axisCount]Axis

// setters put an axis's option into the row of a block. A new axis needs a
// constant above, a row here, and one below for its mask.
var setters = [axisCount]func(r *Row, o Option){
	AxisIn:        nil, // the layer before has it
	AxisExpansion: func(r *Row, o Option) { r.Expansion = o.Float() },
	AxisKernel:    func(r *Row, o Option) { r.Kernel = o.Int() },
	AxisOut:       func(r *Row, o Option) { r.Out = o.Int() },
}

// maskings are the masks of a supernet's layer and the axes that decide each;
// joint is the weight of every combination of their options, the last axis
// varying fastest.
var maskings = []struct {
	by  []int
	add func(l Layer, g *graph.Graph, joint *graph.Node, m *Masks)
}{
	{[]int{AxisKernel}, func(l Layer, g *graph.Graph, joint *graph.Node, m *Masks) {
		m.Taps = nn.TapMask(g, joint, ints(l.Axes[AxisKernel].Options))
	}},
	{[]int{AxisOut}, func(l Layer, g *graph.Graph, joint *graph.Node, m *Masks) {
		m.Out = nn.PrefixMask(g, joint, ints(l.Axes[AxisOut].Options))
	}},
	{[]int{AxisIn, AxisExpansion}, Layer.maskHidden},
}

func ints(options []Option) []int {
	list := make([]int, len(options))
	for i, o := range options {
		list[i] = o.Int()
	}
	return list
}

// Points yields every combination of options, the last axis varying fastest.
func (a Axes) Points() iter.Seq[Point] {
	return func(yield func(Point) bool) {
		var p Point
		for yield(p) {
			i := axisCount - 1
			for ; i >= 0; i-- {
				if p[i]++; p[i] < len(a[i].Options) {
					break
				}
				p[i] = 0
			}
			if i < 0 {
				return
			}
		}
	}
}

// Choices lists the choices that decide the layer's block, each once.
func (a Axes) Choices() []int {
	var list []int
	seen := map[int]bool{Fixed: true}
	for _, axis := range a {
		if !seen[axis.Choice] {
			list = append(list, axis.Choice)
		}
		seen[axis.Choice] = true
	}
	return list
}

// last is the point of the last option on every axis.
func (a Axes) last() (p Point) {
	for i := range p {
		p[i] = len(a[i].Options) - 1
	}
	return p
}
