package main

import (
	"fmt"
	"strings"

	"fbnas/graph"
	"fbnas/models"
	"fbnas/nn"
	"fbnas/train"
)

// kernelSizes are the options of the kernel rows.
var kernelSizes = []int{3, 5, 7}

// kernelSpace is the benchmark network with a choice of kernel in every block:
// nested kernels, as package models has them.
func kernelSpace() models.Space {
	space := yardstickSpace(1)
	for i := range space.Stages {
		space.Stages[i].Kernel = kernelSizes
	}
	return space
}

// perKernel is another way to choose a kernel: how it builds the depthwise layer
// of a block, and which of its parameters exist once for each size.
type perKernel struct {
	params  func(models.Param) bool
	resized bool // a kernel is stored at its own size, not at the largest
	layer   func(nb *nn.Builder, name string, c models.Convolution, x, weights *graph.Node) *graph.Node
}

// summed adds up independent kernels before one convolution. Each is stored at
// the largest size; values outside its own size have no effect.
var summed = perKernel{
	params: func(p models.Param) bool { return p.Role == models.Weight },
	layer: func(nb *nn.Builder, name string, c models.Convolution, x, weights *graph.Node) *graph.Node {
		g := nb.G
		var sum *graph.Node
		for i, k := range kernelSizes {
			w := g.Input(ofKernel(name, k)+".weight", graph.Float, c.WeightShape()...)
			taps := g.Reshape(option(g, weights, i, centre(k, c.Kernel)), 1, 1, c.Kernel, c.Kernel)
			sum = plus(g, sum, g.Mul(w, taps))
		}
		y := g.Conv(x, sum, nil, graph.ConvAttr{Stride: c.Stride, Pad: c.Pad, Groups: c.Groups})
		return nb.Activate(c.Act, nb.BatchNorm(name+".bn", y, nil))
	},
}

// branches are those of the paper: a convolution with batch norm and activation
// for each size. The weight of a branch goes into its batch norm, since w·relu(x)
// is relu(w·x).
var branches = perKernel{
	params:  func(models.Param) bool { return true },
	resized: true,
	layer: func(nb *nn.Builder, name string, c models.Convolution, x, weights *graph.Node) *graph.Node {
		var sum *graph.Node
		for i, k := range kernelSizes {
			b := c
			b.Kernel, b.Pad = k, k/2
			sum = plus(nb.G, sum, layer(nb, ofKernel(name, k), b, x, option(nb.G, weights, i, ones(c.Out))))
		}
		return sum
	},
}

// kernelNet is the widest network of kernelSpace with its kernels chosen in
// another way.
func kernelNet(way perKernel) subject {
	space := kernelSpace()
	choices, blocks := space.Choices(), space.SupernetBlocks(classes)
	forward := func(nb *nn.Builder, x *graph.Node) *graph.Node {
		weights := choiceWeights(nb.G, choices)
		for i, b := range blocks {
			name := models.BlockName(b, i)
			if b.Kind != models.IR {
				x = b.Build(nb, name, x, models.Masks{})
				continue
			}
			x = way.block(nb, name, b, x, weights[0])
			weights = weights[1:]
		}
		return x
	}
	params := append(way.all(models.Params(blocks)), choiceParams(choices)...)
	return subject{net: train.Network{Forward: forward, Params: params}, blocks: blocks, input: space.Input, choices: choices, learn: true}
}

// block is an inverted residual without squeeze-and-excitation.
func (way perKernel) block(nb *nn.Builder, name string, b models.Block, x, weights *graph.Node) *graph.Node {
	y := x
	for _, c := range b.Convolutions() {
		if c.Name == "depthwise" {
			y = way.layer(nb, name+"."+c.Name, c, y, weights)
		} else {
			y = layer(nb, name+"."+c.Name, c, y, nil)
		}
	}
	if b.Residual {
		y = nb.G.Add(x, y)
	}
	return y
}

func layer(nb *nn.Builder, name string, c models.Convolution, x, mask *graph.Node) *graph.Node {
	y := nb.Conv(name, x, nn.ConvSpec{Weight: c.WeightShape(), Stride: c.Stride, Pad: c.Pad, Groups: c.Groups, Bias: c.Bias})
	return nb.Activate(c.Act, nb.BatchNorm(name+".bn", y, mask))
}

// all lists the parameters if some of those of the depthwise layers exist once
// for each size.
func (way perKernel) all(params []models.Param) []models.Param {
	var all []models.Param
	for _, p := range params {
		prefix, rest, depthwise := strings.Cut(p.Name, ".depthwise.")
		if !depthwise || !way.params(p) {
			all = append(all, p)
			continue
		}
		for _, k := range kernelSizes {
			q := p
			q.Name = ofKernel(prefix+".depthwise", k) + "." + rest
			if way.resized && p.Role == models.Weight {
				q.Shape, q.FanIn, q.FanOut = []int{p.Shape[0], p.Shape[1], k, k}, k*k, k*k
			}
			all = append(all, q)
		}
	}
	return all
}

func ofKernel(layer string, size int) string { return fmt.Sprintf("%s%d", layer, size) }

// option is row times the weight of one option, of the row's shape.
func option(g *graph.Graph, weights *graph.Node, i int, row []float64) *graph.Node {
	rows := make([]float64, len(kernelSizes)*len(row))
	copy(rows[i*len(row):], row)
	return nn.Combine(g, weights, g.Const(rows, len(kernelSizes), len(row)))
}

// centre has ones where a kernel of size k lies within one of size `of`.
func centre(k, of int) []float64 {
	taps, border := make([]float64, of*of), (of-k)/2
	for y := border; y < of-border; y++ {
		copy(taps[y*of+border:], ones(k))
	}
	return taps
}

func ones(n int) []float64 {
	v := make([]float64, n)
	for i := range v {
		v[i] = 1
	}
	return v
}

func plus(g *graph.Graph, sum, x *graph.Node) *graph.Node {
	if sum == nil {
		return x
	}
	return g.Add(sum, x)
}
