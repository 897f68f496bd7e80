package enginetest

import (
	"fmt"

	"fbnas/graph"
)

// batchNormCases: each activation, with and without a map to add; one map has
// rows that end within a vector register, one has one pixel per image. The kinks
// of an activation come after the normalisation, where Margin cannot keep inputs
// away from them; the seed is chosen so that no value is at a kink.
func batchNormCases(unit int) []Case {
	var cases []Case
	for _, act := range []graph.Op{"", graph.Relu, graph.HardSwish} {
		for _, shape := range []graph.Shape{{3 * unit, 4, 2, 5}, {5 * unit, 3, 1, 1}} {
			for _, sum := range []bool{false, true} {
				attr := graph.Attr{Epsilon: 1e-3, Act: act}
				cases = append(cases, Case{
					Name: fmt.Sprintf("BatchNorm %v %q sum %v", shape[1:], act, sum), Op: graph.BatchNorm,
					Build: func(g *graph.Graph) *graph.Node {
						in := []*graph.Node{g.MapInput("x", shape[0], shape[1], shape[2], shape[3]),
							g.Input("scale", graph.Float, shape[1]), g.Input("shift", graph.Float, shape[1])}
						if sum {
							in = append(in, g.MapInput("sum", shape[0], shape[1], shape[2], shape[3]))
						}
						return g.Apply(graph.BatchNorm, attr, in...)
					}})
			}
		}
	}
	return cases
}

// batchNorm: each activation, with and without a map to add. The variance of a
// few numbers may be nearly zero, and its relative error large. The gradient of
// the scale is a sum whose terms cancel, so its error grows with the number of
// terms.
func (d draws) batchNorm() Case {
	s, summed := d.shape(), d.IntN(2) == 0
	for n := s.Len() / s[1]; n < 16 || n > 1000; n = s.Len() / s[1] {
		s = d.shape()
	}
	attr := graph.Attr{Epsilon: 1e-3, Act: []graph.Op{"", graph.Relu, graph.HardSwish}[d.IntN(3)]}
	return Case{Build: func(g *graph.Graph) *graph.Node {
		in := []*graph.Node{mapInput(g, "x", s), g.Input("scale", graph.Float, s[1]), g.Input("shift", graph.Float, s[1])}
		if summed {
			in = append(in, mapInput(g, "sum", s))
		}
		return g.Apply(graph.BatchNorm, attr, in...)
	}}
}
