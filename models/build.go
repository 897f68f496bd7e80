package models

import (
	"fbnas/graph"
	"fbnas/nn"
)

// Masks are applied to a block that is built at its widest; nil where nothing is
// chosen.
type Masks struct {
	Taps *graph.Node // [1,1,k,k]: positions of the depthwise kernel
	Mid  *graph.Node // [Mid]: hidden channels
	Out  *graph.Node // [AxisOut]: output channels
}

// Network builds blocks on the images x [N,C,H,W]. The result is the logits
// [N,classes] if the last block is a classifier, and otherwise a map. Parameters
// are inputs with the names of Params.
func Network(nb *nn.Builder, blocks []Block, x *graph.Node) *graph.Node {
	for i, b := range blocks {
		x = b.Build(nb, BlockName(b, i), x, Masks{})
	}
	return x
}

// Build builds the block on x [N,In,Height,Width] (docs/background/networks.md,
// "Blocks"). It is the only definition of each block: for networks, supernets,
// profiled blocks and exported files. The builder may put gates of the block's
// name on the branch of a residual block and on the features that a classifier
// reads.
func (b Block) Build(nb *nn.Builder, name string, x *graph.Node, m Masks) *graph.Node {
	l := layers{nb, name, b.convolutionsByName()}
	switch b.Kind {
	case IR:
		return b.invertedResidual(l, x, m)
	case IRPool:
		return l.add("project", nb.G.GlobalPool(b.expanded(l, x)), m)
	case Head:
		y := l.add("classifier", nb.Gate(name, nb.G.GlobalPool(x)), Masks{})
		return nb.G.Reshape(y, y.Shape[0], y.Shape[1])
	}
	if b.Identity() {
		return x
	}
	return l.add("conv", x, Masks{Out: m.Out})
}

func (b Block) convolutionsByName() map[string]Convolution {
	byName := map[string]Convolution{}
	for _, c := range b.Convolutions() {
		byName[c.Name] = c
	}
	return byName
}

// expanded is x with the hidden width: x itself if there is no expanding
// convolution.
func (b Block) expanded(l layers, x *graph.Node) *graph.Node {
	if !b.ExpandConv {
		return x
	}
	return l.add("expand", x, Masks{})
}

func (b Block) invertedResidual(l layers, x *graph.Node, m Masks) *graph.Node {
	g, y := l.nb.G, b.expanded(l, x)
	if b.Shuffle {
		y = g.Shuffle(y, b.Groups)
	}
	y = l.add("depthwise", y, Masks{Taps: m.Taps})
	if b.Squeeze > 0 {
		s := l.nb.ChannelMask(g.GlobalPool(y), m.Mid)
		gate := l.add("se.expand", l.add("se.reduce", s, Masks{}), Masks{})
		y = g.Mul(y, gate)
	}
	y = l.add("project", y, Masks{Mid: m.Mid, Out: m.Out})
	if b.Residual {
		y = g.Add(x, l.nb.Gate(l.block, y))
	}
	return y
}

// layers adds a block's convolutions by name.
type layers struct {
	nb    *nn.Builder
	block string
	specs map[string]Convolution
}

// add builds a convolution with its batch norm and activation. m.Mid weights its
// input. m.Out weights its output after the activation, or inside the batch norm
// where that is equivalent, since relu(m*x) = m*relu(x) for m >= 0.
func (l layers) add(name string, x *graph.Node, m Masks) *graph.Node {
	c := l.specs[name]
	full := l.block + "." + name
	y := l.nb.Conv(full, x, nn.ConvSpec{
		Weight: c.WeightShape(), Stride: c.Stride, Pad: c.Pad, Groups: c.Groups, Bias: c.Bias,
		Taps: m.Taps, InMask: m.Mid,
	})
	after := m.Out
	if c.BatchNorm {
		var inside *graph.Node
		if c.Act == "none" || c.Act == "relu" {
			inside, after = m.Out, nil
		}
		y = l.nb.BatchNorm(full+".bn", y, inside)
	}
	return l.nb.ChannelMask(l.nb.Activate(c.Act, y), after)
}
