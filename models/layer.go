package models

import (
	"fmt"
	"iter"

	"fbnas/internal/convert"
)

// ChoiceKind is what a choice decides.
type ChoiceKind string

// The kinds of choices.
const (
	Width     ChoiceKind = "width"     // channels that leave a block
	Expansion ChoiceKind = "expansion" // hidden channels over incoming ones
	Kernel    ChoiceKind = "kernel"    // size of the depthwise convolution
)

// Choice is one decision of a search: two or more options, increasing.
type Choice struct {
	Name    string // stage2.width, blocks.03.expansion, …
	Kind    ChoiceKind
	Options []float64
}

// Fixed is the Choice of an axis on which there is nothing to choose.
const Fixed = -1

// Axis is one property of a layer with its options, one where it is fixed.
type Axis struct {
	Choice  int // index into Space.Choices, or Fixed
	Options []float64
}

// Point picks one option of each axis of a layer, by index.
type Point struct{ In, Expansion, Kernel, Out int }

// Layer is one block of a space before anything is chosen.
type Layer struct {
	Name                       string // as in Params: blocks.03, head
	In, Expansion, Kernel, Out Axis

	field  string // where the space file describes it
	row    Row    // what is not chosen
	round  Rounding
	height int
	width  int
}

// Tied reports whether the layer keeps the width, whichever is chosen: only
// points with In equal to Out exist then.
func (l Layer) Tied() bool { return l.In.Choice != Fixed && l.In.Choice == l.Out.Choice }

// Block returns the block at p.
func (l Layer) Block(p Point) Block {
	s := shape{l.height, l.width, int(l.In.Options[p.In])}
	if l.row.Kind == Head {
		return head(s, int(l.Out.Options[p.Out]), l.row.Bias)
	}
	return l.at(p).block(s, l.round)
}

func (l Layer) at(p Point) Row {
	r := l.row
	r.Out, r.Kernel, r.Expansion = int(l.Out.Options[p.Out]), int(l.Kernel.Options[p.Kernel]), l.Expansion.Options[p.Expansion]
	return r
}

// Widest returns the block with the last option on every axis: the one that a
// supernet builds.
func (l Layer) Widest() Block {
	last := func(a Axis) int { return len(a.Options) - 1 }
	return l.Block(Point{last(l.In), last(l.Expansion), last(l.Kernel), last(l.Out)})
}

// expands reports whether any block of the layer has the expanding
// convolution: then all of them have, as the supernet does.
func (l Layer) expands() bool {
	for i := range l.In.Options {
		for e := range l.Expansion.Options {
			if l.Block(Point{In: i, Expansion: e}).ExpandConv {
				return true
			}
		}
	}
	return false
}

// Points yields every point of the layer, the last axis fastest.
func (l Layer) Points() iter.Seq[Point] {
	return func(yield func(Point) bool) {
		for i := range l.In.Options {
			for e := range l.Expansion.Options {
				for k := range l.Kernel.Options {
					for o := range l.Out.Options {
						if l.Tied() && o != i {
							continue
						}
						if !yield(Point{i, e, k, o}) {
							return
						}
					}
				}
			}
		}
	}
}

// Choices lists what there is to choose, in the order of the layers; a stage's
// width comes before its blocks.
func (s Space) Choices() []Choice {
	return s.walk(1).choices
}

// Layers lists the blocks of every architecture of the space, the classifier
// for the given number of classes last.
func (s Space) Layers(classes int) []Layer {
	return s.walk(classes).layers
}

// walker lays down layers one after the other.
type walker struct {
	choices []Choice
	layers  []Layer
	merged  []Merged
	round   Rounding
	in      Axis // the width that reaches the next layer
	height  int
	width   int
}

func (s Space) walk(classes int) *walker {
	w := &walker{round: s.Rounding, in: one(s.Input.Channels), height: s.Input.Height, width: s.Input.Width}
	w.lay("stem", Row{Kind: Conv, Stride: s.Stem.Stride, Act: s.Stem.Act, Bias: s.Stem.Bias},
		one(0), one(s.Stem.Kernel), w.axis("stem.width", Width, convert.Slice[float64](s.Stem.Width)))
	for i, st := range s.Stages {
		out := w.axis(fmt.Sprintf("stage%d.width", i+1), Width, convert.Slice[float64](st.Width))
		field := fmt.Sprintf("stages[%d]", i)
		for j := range st.Blocks {
			row := Row{Kind: IR, Stride: 1, Act: st.Act}
			if j == 0 {
				// Widths before and after may agree by chance; a shortcut that
				// comes and goes with the choice would not be the supernet's.
				row.Stride, row.Residual = st.Stride, new(bool)
			}
			block := w.next()
			e := w.expansions(block+".expansion", st.Expansion)
			k := w.axis(block+".kernel", Kernel, convert.Slice[float64](st.Kernel))
			w.lay(field, row, e, k, out)
		}
	}
	if s.Tail.Kind != "" {
		e, k := one(0), one(1)
		if s.Tail.Kind == IRPool {
			e = w.expansions("tail.expansion", s.Tail.Expansion)
		}
		w.lay("tail", Row{Kind: s.Tail.Kind, Act: s.Tail.Act}, e, k, w.axis("tail.width", Width, convert.Slice[float64](s.Tail.Width)))
	}
	w.lay("head", Row{Kind: Head, Bias: s.Head.Bias}, one(0), one(1), one(classes))
	return w
}

func (w *walker) next() string { return BlockName(Block{}, len(w.layers)) }

func one(n int) Axis { return Axis{Choice: Fixed, Options: []float64{float64(n)}} }

// axis returns an axis with the options, a new choice if there is more than
// one.
func (w *walker) axis(name string, kind ChoiceKind, options []float64) Axis {
	if len(options) < 2 {
		return Axis{Choice: Fixed, Options: options}
	}
	w.choices = append(w.choices, Choice{name, kind, options})
	return Axis{Choice: len(w.choices) - 1, Options: options}
}

func (w *walker) lay(field string, row Row, expansion, kernel, out Axis) {
	l := Layer{
		Name: w.next(), In: w.in, Expansion: expansion, Kernel: kernel, Out: out,
		field: field, row: row, round: w.round, height: w.height, width: w.width,
	}
	if row.Kind == Head {
		l.Name = BlockName(Block{Kind: Head}, 0)
	}
	l.row.ExpandConv = l.expands()
	w.layers = append(w.layers, l)
	w.height, w.width = l.Widest().OutSize()
	w.in = out
}
