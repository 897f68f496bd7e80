package models

// Slice cuts a parameter of a supernet down to the shape that it has in a
// derived network: the first rows of channels, and the centre of a kernel.
// values is row-major of shape from; from and to have the same rank.
func Slice(values []float64, from, to []int) []float64 {
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
