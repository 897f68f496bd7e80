package search

import (
	"math"
	"slices"

	"fbnas/internal/fault"
	"fbnas/models"
)

// Shaped is the network of the space with the shape of a published one, blocks, under
// the largest width multiplier whose cost is at most limit: what a careful person
// writes down first. Blocks correspond by how often the image was halved before them,
// and among those at one size by their place; a stage takes the width of the block
// in its middle. Widths, expansions and kernels are the options nearest to what is
// wanted, so that two multipliers may give one network.
func (c *Costs) Shaped(blocks []models.Block, limit float64) (Scaled, error) {
	const most, least, step = 4, 0.01, 1.01
	if !slices.ContainsFunc(blocks, func(b models.Block) bool { return b.Kind == models.IR }) {
		return Scaled{}, fault.New(fault.Usage, "Give a network of inverted residuals.", "the published network has none, and so no shape that space %s could take", c.Space.Name)
	}
	shape := c.shapeOf(blocks)
	cheapest := math.Inf(1)
	for m := float64(most); m > least; m /= step {
		s := Scaled{Selection: shape.scaled(c.choices, m), Multiplier: m}
		cost := c.Of(s.Selection)
		if cost <= limit {
			return s, nil
		}
		cheapest = min(cheapest, cost)
	}
	return Scaled{}, fault.New(fault.Target, "Give a higher limit.",
		"no network of space %s with this shape costs at most %.6g %s; the cheapest of them costs %s", c.Space.Name, limit, unitText(c.Cost), Least(cheapest, 0))
}

// shape is what a published network wants of each choice: a width at multiplier 1, an
// expansion, a kernel.
type shape []float64

func (s shape) scaled(choices []models.Choice, multiplier float64) models.Selection {
	sel := make(models.Selection, len(choices))
	for i, c := range choices {
		v := s[i]
		if c.Kind == models.Width {
			v *= multiplier
		}
		sel[i] = nearest(c.Options, v)
	}
	return sel
}

// shapeOf maps the published blocks to the space's layers. Of a choice that several
// layers share it takes what the one in their middle corresponds to.
func (c *Costs) shapeOf(blocks []models.Block) shape {
	wishes := make([][]float64, len(c.choices))
	wish := func(a models.Axis, v float64) {
		if a.Choice != models.Fixed {
			wishes[a.Choice] = append(wishes[a.Choice], v)
		}
	}
	layers := make([]models.Block, len(c.Layers))
	for i, l := range c.Layers {
		layers[i] = l.Layer.SupernetBlock()
	}
	pairs := counterparts(layers, blocks)
	for i, l := range c.Layers {
		b, axes := blocks[pairs[i]], l.Layer.Axes
		width := float64(b.Out)
		if tail := i > 0 && layers[i].Kind != models.IR && layers[i].Kind != models.Head; tail { // so much wider than what it reads
			width *= float64(blocks[pairs[i-1]].Out) / float64(blocks[pairs[i]].In)
		}
		wish(axes[models.AxisOut], width)
		wish(axes[models.AxisKernel], float64(b.Kernel))
		wish(axes[models.AxisExpansion], float64(b.Mid)/float64(b.In))
	}
	s := make(shape, len(c.choices))
	for i, w := range wishes {
		s[i] = w[(len(w)-1)/2]
	}
	return s
}

// counterparts is for each layer the index of its published block: the stem's, the
// tail's and the head's by their place, the others' by size and place.
func counterparts(layers, blocks []models.Block) []int {
	own, published := bySize(layers), bySize(blocks)
	pairs := make([]int, len(layers))
	for i, b := range layers {
		switch {
		case b.Kind == models.Head:
			pairs[i] = len(blocks) - 1
		case i == 0:
			pairs[i] = 0
		case b.Kind != models.IR:
			pairs[i] = len(blocks) - 2
		}
	}
	for halvings, group := range own {
		others := nearestSize(published, halvings)
		for place, i := range group {
			pairs[i] = others[(2*place+1)*len(others)/(2*len(group))]
		}
	}
	return pairs
}

// nearestSize is the group of blocks whose size is nearest, the smaller size of two.
func nearestSize(groups [][]int, halvings int) []int {
	for away := 0; ; away++ {
		for _, at := range []int{halvings + away, halvings - away} {
			if at >= 0 && at < len(groups) && len(groups[at]) > 0 {
				return groups[at]
			}
		}
	}
}

// bySize lists the indices of inverted residuals by how often the first block's output
// was halved before they end.
func bySize(blocks []models.Block) [][]int {
	var list [][]int
	first, _ := blocks[0].OutSize()
	for i, b := range blocks {
		if b.Kind != models.IR {
			continue
		}
		height, _ := b.OutSize()
		halvings := int(math.Round(math.Log2(float64(first) / float64(height))))
		for len(list) <= halvings {
			list = append(list, nil)
		}
		list[halvings] = append(list[halvings], i)
	}
	return list
}
