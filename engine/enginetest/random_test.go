package enginetest

import (
	"maps"
	"slices"
	"testing"

	"fbnas/graph"
)

// TestEveryOperatorIsDrawn fails when an operator is added to the cases
// without a row that draws its sizes.
func TestEveryOperatorIsDrawn(t *testing.T) {
	for _, c := range Cases(1) {
		if rows[c.Op] == nil {
			t.Errorf("%s has no row", c.Op)
		}
	}
}

// reach is the variety of maps in the cases of an operator.
type reach struct {
	channels               int
	sizes, kernels, stride map[int]bool // sizes modulo 2
}

// TestDrawsReachTheirLimits: in the cases that tests run with blocks of 16 images,
// which leave the fewest pixels, every operator has wide maps and odd and even
// sizes, and every convolution has each kernel and stride.
func TestDrawsReachTheirLimits(t *testing.T) {
	reached := map[graph.Op]reach{}
	for seed := range uint64(Seeds) {
		for _, c := range Random(seed, 16) {
			y := c.Build(graph.New())
			if y.Op != c.Op {
				t.Fatalf("%s builds %s", c.Name, y)
			}
			r, ok := reached[c.Op]
			if !ok {
				r = reach{sizes: map[int]bool{}, kernels: map[int]bool{}, stride: map[int]bool{}}
			}
			for _, n := range append(y.In, y) {
				switch {
				case n.Map:
					r.channels = max(r.channels, n.Shape[1])
					r.sizes[n.Shape[2]%2], r.sizes[n.Shape[3]%2] = true, true
				case len(n.Shape) == 4:
					r.kernels[n.Shape[3]] = true
				}
			}
			r.stride[y.Attr.Stride] = true
			reached[c.Op] = r
		}
	}
	for op, r := range reached {
		if op == graph.MatMul || op == graph.OneHot { // never take a map
			continue
		}
		if r.channels < maxChannels*3/4 || len(r.sizes) < 2 {
			t.Errorf("%s: %d channels, sizes %v", op, r.channels, r.sizes)
		}
	}
	for _, op := range []graph.Op{graph.Conv, graph.ConvGradX, graph.ConvGradW} {
		kernels, strides := slices.Sorted(maps.Keys(reached[op].kernels)), slices.Sorted(maps.Keys(reached[op].stride))
		if !slices.Equal(kernels, []int{1, 3, 5, 7}) || !slices.Equal(strides, []int{1, 2, 3}) {
			t.Errorf("%s: kernels %v, strides %v", op, kernels, strides)
		}
	}
}
