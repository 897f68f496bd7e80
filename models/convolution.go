package models

import "fbnas/graph"

// Convolution is one convolution of a block, with what follows it. A block is
// built, counted and initialised from its list of convolutions.
type Convolution struct {
	Name          string // within the block
	In, Out       int    // channels
	Kernel        int
	Stride        int
	Pad           int // on every side
	Groups        int
	Bias          bool
	BatchNorm     bool
	Act           string // none, relu, hswish, or a gate: hsigmoid, sigmoid
	Height, Width int    // of its output
}

// WeightShape returns the weight's shape [out, in/groups, kernel, kernel].
func (c Convolution) WeightShape() []int { return []int{c.Out, c.In / c.Groups, c.Kernel, c.Kernel} }

// OutSize returns the height and width of the block's output: floor((size + 2·pad
// − kernel)/stride) + 1, or 1x1 after a global pool.
func (b Block) OutSize() (height, width int) {
	if b.Kind == IRPool || b.Kind == Head {
		return 1, 1
	}
	return graph.OutSize(b.Height, b.Kernel, b.Stride, b.Pad), graph.OutSize(b.Width, b.Kernel, b.Stride, b.Pad)
}

// Identity reports whether the block computes nothing.
func (b Block) Identity() bool { return b.Kind == Skip && b.Residual }

// Convolutions lists the block's convolutions in the order in which they run
// (docs/background/networks.md, "Blocks").
func (b Block) Convolutions() []Convolution {
	h, w := b.OutSize()
	switch b.Kind {
	case Conv, Skip:
		if b.Identity() {
			return nil
		}
		return []Convolution{{"conv", b.In, b.Out, b.Kernel, b.Stride, b.Pad, b.Groups, b.Bias, b.BatchNorm, b.Act, h, w}}
	case IR:
		return append(b.expand(), b.rest(h, w)...)
	case IRPool:
		return append(b.expand(), Convolution{"project", b.Mid, b.Out, 1, 1, 0, 1, false, false, b.Act, 1, 1})
	case Head:
		return []Convolution{{"classifier", b.In, b.Out, 1, 1, 0, 1, b.Bias, false, "none", 1, 1}}
	}
	graph.Misuse("a block of kind %s", b.Kind)
	return nil
}

func (b Block) expand() []Convolution {
	if !b.ExpandConv {
		return nil
	}
	return []Convolution{{"expand", b.In, b.Mid, 1, 1, 0, b.Groups, b.Bias, b.BatchNorm, b.Act, b.Height, b.Width}}
}

// rest lists what follows the expansion of an inverted residual.
func (b Block) rest(h, w int) []Convolution {
	cs := []Convolution{{"depthwise", b.Mid, b.Mid, b.Kernel, b.Stride, b.Pad, b.Mid, b.Bias, b.BatchNorm, b.Act, h, w}}
	if b.Squeeze > 0 {
		cs = append(cs,
			Convolution{"se.reduce", b.Mid, b.Squeeze, 1, 1, 0, 1, true, false, b.SEAct, 1, 1},
			Convolution{"se.expand", b.Squeeze, b.Mid, 1, 1, 0, 1, true, false, b.SE, 1, 1})
	}
	return append(cs, Convolution{"project", b.Mid, b.Out, 1, 1, 0, b.OutGroups, b.Bias, b.BatchNorm, "none", h, w})
}

// pooled returns the number of elements that the block's global average pools
// read for one image.
func (b Block) pooled() int64 {
	switch {
	case b.Kind == IRPool:
		return int64(b.Mid) * int64(b.Height) * int64(b.Width)
	case b.Kind == Head:
		return int64(b.In) * int64(b.Height) * int64(b.Width)
	case b.Squeeze > 0:
		h, w := b.OutSize()
		return int64(b.Mid) * int64(h) * int64(w)
	}
	return 0
}
