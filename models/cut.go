package models

// Cut is a parameter of a derived network with the supernet's parameter from
// which it is cut. Their names differ where the derived network lacks a block,
// because every network numbers its own blocks.
type Cut struct{ From, To Param }

// Cuts lists the parameters of the network that sel gives, in the order of
// Params, each with its origin in the supernet.
func (s Space) Cuts(sel Selection, classes int) []Cut { return cuts(s.Layers(classes), sel) }

// cuts pairs the parameters of layers with those of the space's derived network.
func cuts(layers []Layer, sel Selection) []Cut {
	var all []Cut
	for i, l := range layers {
		from := map[string]Param{}
		for _, p := range l.SupernetBlock().params(l.Name) {
			from[p.Name[len(l.Name):]] = p
		}
		b := l.Block(sel.Point(l))
		name := BlockName(b, i)
		for _, p := range b.params(name) {
			all = append(all, Cut{From: from[p.Name[len(name):]], To: p})
		}
	}
	return all
}

// Values cuts the values of the supernet's parameter, row-major, down to the
// derived network's: the first channels, and the centre of a kernel.
func (c Cut) Values(values []float64) []float64 {
	from, to := c.From.Shape, c.To.Shape
	out := []float64{}
	var cut func(axis, at int)
	cut = func(axis, at int) {
		if axis == len(from) {
			out = append(out, values[at])
			return
		}
		first := 0
		if axis >= 2 {
			first = (from[axis] - to[axis]) / 2
		}
		for i := range to[axis] {
			cut(axis+1, at*from[axis]+first+i)
		}
	}
	cut(0, 0)
	return out
}
