package models

import (
	"fbnas/graph"
	"fbnas/nn"
)

// Supernet builds the largest network of the space on the images x, with masks
// made from the choices' weights: one node [options] for each of Choices. One-hot
// weights make it the network of that selection; options with weight zero have no
// influence. The result is the logits [N,classes].
func (s Space) Supernet(nb *nn.Builder, x *graph.Node, classes int, weights []*graph.Node) *graph.Node {
	for _, l := range s.Layers(classes) {
		x = l.SupernetBlock().Build(nb, l.Name, x, l.masks(nb.G, weights))
	}
	return x
}

// SupernetBlocks returns the blocks that Supernet builds; its parameters are
// Params(SupernetBlocks).
func (s Space) SupernetBlocks(classes int) []Block {
	var blocks []Block
	for _, l := range s.Layers(classes) {
		blocks = append(blocks, l.SupernetBlock())
	}
	return blocks
}

func (l Layer) masks(g *graph.Graph, weights []*graph.Node) Masks {
	var m Masks
	for _, masking := range maskings {
		var factors []*graph.Node
		for _, i := range masking.by {
			if c := l.Axes[i].Choice; c != Fixed {
				factors = append(factors, weights[c])
			}
		}
		if len(factors) > 0 {
			masking.add(l, g, nn.Joint(g, factors...), &m)
		}
	}
	return m
}

// maskHidden weights hidden channels: their number depends on the width that
// enters and on the expansion, so each pair of options has its own prefix of
// channels.
func (l Layer) maskHidden(g *graph.Graph, joint *graph.Node, m *Masks) {
	widest := l.SupernetBlock()
	bare := widest.Kind == IRPool && !widest.ExpandConv // its hidden channels are the input's, which are masked already
	if widest.Mid == 0 || bare {
		return
	}
	var sizes []int
	for i := range l.Axes[AxisIn].Options {
		for e := range l.Axes[AxisExpansion].Options {
			p := Point{AxisIn: i, AxisExpansion: e}
			if l.Tied() {
				p[AxisOut] = i
			}
			sizes = append(sizes, l.Block(p).Mid)
		}
	}
	m.Mid = nn.PrefixMask(g, joint, sizes)
}
