package models

import "fmt"

// HeadClasses are the numbers of classes at which a table measures the
// classifier: a table is made before the data set is known. Between two of them,
// latency is interpolated linearly.
var HeadClasses = []int{2, 10, 100, 1000}

// Selection is an architecture of a space: an option index for each of the
// space's choices, in order.
type Selection []int

// Smallest returns the selection of the first option everywhere.
func (s Space) Smallest() Selection { return make(Selection, len(s.Choices())) }

// Largest returns the selection of the last option everywhere.
func (s Space) Largest() Selection {
	sel := s.Smallest()
	for i, c := range s.Choices() {
		sel[i] = len(c.Options) - 1
	}
	return sel
}

// Point returns the selection's options on the axes of l.
func (sel Selection) Point(l Layer) (p Point) {
	for i, axis := range l.Axes {
		if axis.Choice != Fixed {
			p[i] = sel[axis.Choice]
		}
	}
	return p
}

// Arch returns the selected architecture, for images of the given number of
// classes. Its rows state hidden widths, expanding convolutions and missing
// shortcuts as they are in the space, so that they resolve to the blocks of
// Layers.
func (s Space) Arch(sel Selection, classes int) (Arch, error) {
	choices := s.Choices()
	if len(sel) != len(choices) {
		return Arch{}, fmt.Errorf("architecture of space %s: %d options picked for %d choices", s.Name, len(sel), len(choices))
	}
	for i, c := range choices {
		if sel[i] < 0 || sel[i] >= len(c.Options) {
			return Arch{}, fmt.Errorf("architecture of space %s: %s has no option %d", s.Name, c.Name, sel[i])
		}
	}
	a := Arch{Name: s.Name, Input: s.Input, Classes: classes, Rounding: s.Rounding, Head: s.Head}
	for _, l := range s.Layers(classes) {
		if l.row.Kind != Head {
			p := sel.Point(l)
			a.Rows = append(a.Rows, l.at(p).stated(l.Block(p)))
		}
	}
	return a, nil
}

// stated converts a row of a space into one of an architecture: with the resolved
// hidden width, and without defaults.
func (r Row) stated(b Block) Row {
	if b.Mid > 0 {
		r.Mid, r.Expansion = b.Mid, 0
	}
	if r.Kind == IRPool {
		r.Kernel = 0
	}
	if r.Stride == 1 {
		r.Stride = 0
	}
	if b.In != b.Out || b.Stride != 1 {
		r.Residual = nil
	}
	return r
}

// Blocks lists every distinct block for which the space can ask a table, in the
// order of the layers and their points; the classifier at HeadClasses.
func (s Space) Blocks() []Block {
	var blocks []Block
	seen := map[Block]bool{}
	add := func(l Layer) {
		for p := range l.Points() {
			if b := l.Block(p); !seen[b] {
				seen[b] = true
				blocks = append(blocks, b)
			}
		}
	}
	layers := s.Layers(HeadClasses[0])
	for _, l := range layers[:len(layers)-1] {
		add(l)
	}
	for _, classes := range HeadClasses {
		add(s.Layers(classes)[len(layers)-1])
	}
	return blocks
}
