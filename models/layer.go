package models

import (
	"fmt"
	"iter"

	"fbnas/internal/chw"
)

// ChoiceKind is what a choice decides.
type ChoiceKind string

// The kinds of choices.
const (
	Width     ChoiceKind = "width"     // output channels of a block
	Expansion ChoiceKind = "expansion" // hidden channels over incoming ones
	Kernel    ChoiceKind = "kernel"    // size of the depthwise convolution
)

// Choice is one decision of a search: two or more options; numbers increase.
type Choice struct {
	Name    string // stage2.width, blocks.03.expansion, …
	Kind    ChoiceKind
	Options []Option
}

// Layer is one block of a space before anything is chosen.
type Layer struct {
	Name string // as in Params: blocks.03, head
	Axes Axes

	field  string // where the space file describes the layer
	row    Row    // what is not chosen
	round  Rounding
	height int
	width  int
}

// Tied reports whether the layer's output width is its input width, whichever is
// chosen: only such points exist then.
func (l Layer) Tied() bool {
	return l.Axes[AxisIn].Choice != Fixed && l.Axes[AxisIn].Choice == l.Axes[AxisOut].Choice
}

// Block returns the block at p.
func (l Layer) Block(p Point) Block {
	s := chw.Shape{Channels: l.Axes[AxisIn].Options[p[AxisIn]].Int(), Height: l.height, Width: l.width}
	if l.row.Kind == Head {
		return head(s, l.Axes[AxisOut].Options[p[AxisOut]].Int(), l.row.Bias)
	}
	return l.at(p).block(s, l.round)
}

func (l Layer) at(p Point) Row {
	r := l.row
	for i, set := range setters {
		if set != nil {
			set(&r, l.Axes[i].Options[p[i]])
		}
	}
	return r
}

// SupernetBlock returns the block with the last option on every axis: the one that a
// supernet builds.
func (l Layer) SupernetBlock() Block { return l.Block(l.Axes.last()) }

// expands reports whether any block of the layer has the expanding convolution;
// then all of them have it, like the supernet.
func (l Layer) expands() bool {
	for i := range l.Axes[AxisIn].Options {
		for e := range l.Axes[AxisExpansion].Options { // no other axis affects it
			if l.Block(Point{AxisIn: i, AxisExpansion: e}).ExpandConv {
				return true
			}
		}
	}
	return false
}

// Points yields every point of the layer, the last axis varying fastest.
func (l Layer) Points() iter.Seq[Point] {
	return func(yield func(Point) bool) {
		for p := range l.Axes.Points() {
			if l.Tied() && p[AxisOut] != p[AxisIn] {
				continue
			}
			if !yield(p) {
				return
			}
		}
	}
}

// Choices lists what can be chosen, in the order of the layers; a stage's width
// comes before its blocks.
func (s Space) Choices() []Choice {
	return s.walk(1).choices
}

// Layers lists the layers of the space, the classifier for the given number of
// classes last.
func (s Space) Layers(classes int) []Layer {
	return s.walk(classes).layers
}

// walker appends layers one after the other.
type walker struct {
	choices []Choice
	layers  []Layer
	merged  []Merged
	round   Rounding
	in      Axis // the input width of the next layer
	height  int
	width   int
}

func (s Space) walk(classes int) *walker {
	w := &walker{round: s.Rounding, in: one(s.Input.Channels), height: s.Input.Height, width: s.Input.Width}
	w.lay("stem", Row{Kind: Conv, Stride: s.Stem.Stride, Act: s.Stem.Act, Bias: s.Stem.Bias},
		one(0), one(s.Stem.Kernel), w.axis("stem.width", Width, numbers(s.Stem.Width)))
	for i, st := range s.Stages {
		out := w.axis(fmt.Sprintf("stage%d.width", i+1), Width, numbers(st.Width))
		field := fmt.Sprintf("stages[%d]", i)
		for j := range st.Blocks {
			row := Row{Kind: IR, Stride: 1, Act: st.Act}
			if j == 0 {
				// Widths before and after may be equal by chance; a shortcut that
				// exists only for some choices would not be the supernet's.
				row.Stride, row.Residual = st.Stride, new(bool)
			}
			block := w.next()
			e := w.expansions(block+".expansion", st.Expansion)
			k := w.axis(block+".kernel", Kernel, numbers(st.Kernel))
			w.lay(field, row, e, k, out)
		}
	}
	if s.Tail.Kind != "" {
		e, k := one(0), one(1)
		if s.Tail.Kind == IRPool {
			e = w.expansions("tail.expansion", s.Tail.Expansion)
		}
		w.lay("tail", Row{Kind: s.Tail.Kind, Act: s.Tail.Act}, e, k, w.axis("tail.width", Width, numbers(s.Tail.Width)))
	}
	w.lay("head", Row{Kind: Head, Bias: s.Head.Bias}, one(0), one(1), one(classes))
	return w
}

func (w *walker) next() string { return BlockName(Block{}, len(w.layers)) }

// axis returns an axis with the options, a new choice if there is more than
// one.
func (w *walker) axis(name string, kind ChoiceKind, options []Option) Axis {
	if len(options) < 2 {
		return Axis{Choice: Fixed, Options: options}
	}
	w.choices = append(w.choices, Choice{name, kind, options})
	return Axis{Choice: len(w.choices) - 1, Options: options}
}

func (w *walker) lay(field string, row Row, expansion, kernel, out Axis) {
	l := Layer{
		Name: w.next(), Axes: Axes{AxisIn: w.in, AxisExpansion: expansion, AxisKernel: kernel, AxisOut: out},
		field: field, row: row, round: w.round, height: w.height, width: w.width,
	}
	if row.Kind == Head {
		l.Name = BlockName(Block{Kind: Head}, 0)
	}
	l.row.ExpandConv = l.expands()
	w.layers = append(w.layers, l)
	w.height, w.width = l.SupernetBlock().OutSize()
	w.in = out
}
