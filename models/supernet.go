package models

import (
	"fbnas/graph"
	"fbnas/internal/convert"
	"fbnas/nn"
)

// Supernet lays down the largest network of the space on the images x, with
// masks made of the choices' weights: one node [options] for each of Choices.
// One-hot weights make it the network of that selection; what a weight of zero
// leaves out has no influence. The result is the logits [N,classes].
func (s Space) Supernet(nb *nn.Builder, x *graph.Node, classes int, weights []*graph.Node) *graph.Node {
	for _, l := range s.Layers(classes) {
		x = l.Widest().Build(nb, l.Name, x, l.masks(nb.G, weights))
	}
	return x
}

// Largest returns the blocks that Supernet builds; its parameters are
// Params(Largest).
func (s Space) Largest(classes int) []Block {
	var blocks []Block
	for _, l := range s.Layers(classes) {
		blocks = append(blocks, l.Widest())
	}
	return blocks
}

func (l Layer) masks(g *graph.Graph, weights []*graph.Node) Masks {
	var m Masks
	if l.Kernel.Choice != Fixed {
		m.Taps = nn.TapMask(g, weights[l.Kernel.Choice], convert.Slice[int](l.Kernel.Options))
	}
	if l.Out.Choice != Fixed {
		m.Out = nn.PrefixMask(g, weights[l.Out.Choice], convert.Slice[int](l.Out.Options))
	}
	m.Mid = l.midMask(g, weights)
	return m
}

// midMask weighs hidden channels: their number depends on the width that
// enters and on the expansion, so each pair of options has its prefix.
func (l Layer) midMask(g *graph.Graph, weights []*graph.Node) *graph.Node {
	var factors []*graph.Node
	for _, axis := range []Axis{l.In, l.Expansion} {
		if axis.Choice != Fixed {
			factors = append(factors, weights[axis.Choice])
		}
	}
	widest := l.Widest()
	bare := widest.Kind == IRPool && !widest.ExpandConv // its hidden channels are those that enter, under their mask already
	if len(factors) == 0 || widest.Mid == 0 || bare {
		return nil
	}
	var sizes []int
	for i := range l.In.Options {
		for e := range l.Expansion.Options {
			p := Point{In: i, Expansion: e}
			if l.Tied() {
				p.Out = i
			}
			sizes = append(sizes, l.Block(p).Mid)
		}
	}
	return nn.PrefixMask(g, nn.Joint(g, factors...), sizes)
}
