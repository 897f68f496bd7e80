package models

import (
	"errors"
	"fmt"
	"slices"
)

// Check refuses a block to which no architecture resolves: blocks also come from
// tables, and code that builds one relies on the limits.
func (b Block) Check() error {
	for _, f := range []struct {
		name           string
		value, low, up int
	}{
		{"kernel", b.Kernel, 1, maxKernel}, {"stride", b.Stride, 1, 8}, {"pad", b.Pad, 0, maxKernel / 2},
		{"cin", b.In, 1, maxChannels}, {"mid", b.Mid, 0, maxChannels}, {"cout", b.Out, 1, maxChannels},
		{"sq", b.Squeeze, 0, maxChannels}, {"groups", b.Groups, 1, maxChannels}, {"out_groups", b.OutGroups, 1, maxChannels},
		{"h", b.Height, 1, maxSide}, {"w", b.Width, 1, maxSide},
	} {
		if f.value < f.low || f.value > f.up {
			return fmt.Errorf("block with %s %d, want %d to %d", f.name, f.value, f.low, f.up)
		}
	}
	if !slices.Contains([]Kind{Conv, IR, Skip, IRPool, Head}, b.Kind) {
		return fmt.Errorf("block of kind %q", b.Kind)
	}
	if h, w := b.OutSize(); h < 1 || w < 1 {
		return fmt.Errorf("block that has no output for a %dx%d map", b.Height, b.Width)
	}
	if (b.Kind == IR || b.Kind == IRPool) && !b.ExpandConv && b.Mid != b.In {
		return fmt.Errorf("block of %d hidden channels without a convolution that makes them of %d", b.Mid, b.In)
	}
	for _, c := range b.Convolutions() {
		if c.In < 1 || c.Out < 1 || c.In%c.Groups != 0 || c.Out%c.Groups != 0 {
			return fmt.Errorf("block whose convolution %s has %d groups for %d to %d channels", c.Name, c.Groups, c.In, c.Out)
		}
	}
	if b.Shuffle && b.Mid%b.Groups != 0 {
		return errors.New("block whose groups do not divide its shuffled channels")
	}
	return nil
}

// CheckBlocks checks the blocks of a network, and that each takes in what the one
// before it gives.
func CheckBlocks(blocks []Block) error {
	if len(blocks) == 0 || len(blocks) > maxBlocks {
		return fmt.Errorf("network of %d blocks", len(blocks))
	}
	for i, b := range blocks {
		if err := b.Check(); err != nil {
			return fmt.Errorf("block %d: %w", i, err)
		}
		if i == 0 {
			continue
		}
		before := blocks[i-1]
		if h, w := before.OutSize(); before.Out != b.In || h != b.Height || w != b.Width {
			return fmt.Errorf("block %d takes in %dx%dx%d, the one before it gives %dx%dx%d", i, b.In, b.Height, b.Width, before.Out, h, w)
		}
	}
	return nil
}
