package enginetest

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"

	"fbnas/graph"
	"fbnas/internal/random"
)

// Limits of a drawn case, for the sake of the oracle, which is slow.
const (
	maxElements = 10_000  // of a map
	maxMACs     = 400_000 // of a convolution
	maxChannels = 200
)

// draws draws the sizes of one case of an operator. The batches of its maps are
// multiples of unit.
type draws struct {
	*rand.Rand
	seed uint64
	op   graph.Op
	unit int
}

// rows says, for each operator of Cases, how a case of random sizes is drawn.
var rows = map[graph.Op]func(d draws) Case{
	graph.Conv:      draws.convolution,
	graph.ConvGradX: draws.convolution,
	graph.ConvGradW: draws.convolution,
	graph.Affine:    draws.affine,
	graph.Var:       draws.variance,
	graph.Shuffle:   draws.shuffle,
	graph.BatchNorm: draws.batchNorm,

	graph.Add: draws.binary,
	graph.Sub: draws.binary,
	graph.Mul: draws.binary,
	graph.Div: draws.binary,

	graph.Relu:           draws.unary,
	graph.HardSigmoid:    draws.unary,
	graph.HardSwish:      draws.unary,
	graph.HardSwishSlope: draws.unary,
	graph.Sigmoid:        draws.unary,
	graph.Exp:            draws.unary,
	graph.Log:            draws.unary,
	graph.Sqrt:           draws.unary,
	graph.Clip:           draws.unary,
	graph.Step:           draws.unary,
	graph.StopGrad:       draws.unary,
	graph.Softmax:        draws.unary,
	graph.LogSoftmax:     draws.unary,

	graph.Sum:  draws.reduction,
	graph.Mean: draws.reduction,
	graph.Max:  draws.reduction,
	graph.Dot:  draws.reduction,

	graph.Reshape: draws.reshape,
	graph.Expand:  draws.expand,
	graph.MatMul:  draws.matMul,
	graph.OneHot:  draws.oneHot,
}

// Seeds is the number of seeds of Random that tests run: 0 to Seeds-1.
const Seeds = 12

// Random draws a case of each operator from the seed, sorted by operator: maps
// of up to 200 channels and of odd and even sizes, convolutions with kernels 1
// to 7, strides 1 to 3 and any groups. The batches of maps are multiples of
// unit.
func Random(seed uint64, unit int) []Case {
	var cases []Case
	for op, row := range rows {
		c := row(draws{random.New(seed, string(op)), seed, op, unit})
		c.Op = op
		c.Name = fmt.Sprintf("%s seed %d", op, seed)
		cases = append(cases, c)
	}
	slices.SortFunc(cases, func(a, b Case) int { return strings.Compare(a.Name, b.Name) })
	return cases
}

// upTo draws from 1 to n, and every third time a small number only.
func (d draws) upTo(n int) int {
	if d.IntN(3) == 0 {
		n = min(n, 8)
	}
	return 1 + d.IntN(n)
}

// channels draws few channels, any number, or nearly as many as allowed.
func (d draws) channels() int {
	if d.IntN(3) == 0 {
		return maxChannels - d.IntN(maxChannels/4)
	}
	return d.upTo(maxChannels)
}

// shape draws the shape of a map, the channels first, so that many are not rare.
func (d draws) shape() graph.Shape {
	channels := d.channels()
	for {
		s := graph.Shape{d.unit * d.upTo(3), channels, d.upTo(15), d.upTo(15)}
		if s.Len() <= maxElements {
			return s
		}
	}
}

// part is the shape with some axes, but not that of the images, cut to 1.
func (d draws) part(s graph.Shape) graph.Shape {
	s = slices.Clone(s)
	for axis := 1; axis < len(s); axis++ {
		if d.IntN(2) == 0 {
			s[axis] = 1
		}
	}
	return s
}

func mapInput(g *graph.Graph, name string, s graph.Shape) *graph.Node {
	return g.MapInput(name, s[0], s[1], s[2], s[3])
}
