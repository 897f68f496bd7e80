package search

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"fbnas/internal/fault"
	"fbnas/models"
)

const shaped = `
version: 1
name: shaped
input: {channels: 3, height: 48, width: 48}
rounding: {divisor: 4}
width: stage
stem: {kernel: 3, stride: 2, width: [8, 16, 32], act: relu}
stages:
  - {blocks: 1, width: [8, 12, 16, 20], expansion: [1, 3], kernel: [3, 5], act: relu}
  - {blocks: 2, stride: 2, width: [12, 16, 24, 32], expansion: [3, 4, 6], kernel: [3, 5], act: relu}
  - {blocks: 3, stride: 2, width: [20, 32, 40, 52], expansion: [3, 4, 6], kernel: [3, 5], act: relu}
tail: {kind: conv, width: [128, 192, 320], act: relu}
head: {bias: true}
`

// What a space's choices take from MobileNetV2 and V3, whose blocks at 1, 1/2 and 1/4 of
// the stem's size end in 16; 24 and 24; 32 or 40, three times.
func TestAShapeComesFromTheBlocksOfTheSameSize(t *testing.T) {
	costs := shapedCosts(t)
	for name, want := range map[string]map[string]float64{
		"mnv2": {"stem.width": 32, "stage1.width": 16, "blocks.01.expansion": 1, "blocks.01.kernel": 3,
			"stage2.width": 24, "blocks.02.expansion": 6, "blocks.03.expansion": 6, "blocks.02.kernel": 3, "blocks.03.kernel": 3,
			"stage3.width": 32, "blocks.04.expansion": 6, "blocks.05.expansion": 6, "blocks.06.expansion": 6,
			"blocks.04.kernel": 3, "blocks.05.kernel": 3, "blocks.06.kernel": 3, "tail.width": 128},
		"mnv3": {"stem.width": 16, "stage1.width": 16, "blocks.01.expansion": 1, "blocks.01.kernel": 3,
			"stage2.width": 24, "blocks.02.expansion": 4, "blocks.03.expansion": 3, "blocks.02.kernel": 3, "blocks.03.kernel": 3,
			"stage3.width": 40, "blocks.04.expansion": 3, "blocks.05.expansion": 3, "blocks.06.expansion": 3,
			"blocks.04.kernel": 5, "blocks.05.kernel": 5, "blocks.06.kernel": 5, "tail.width": 320},
	} {
		got := map[string]float64{}
		for i, v := range costs.shapeOf(blocksOf(t, name)) {
			got[costs.choices[i].Name] = v
		}
		if d := cmp.Diff(want, got); d != "" {
			t.Errorf("%s (-want +got):\n%s", name, d)
		}
	}
}

func TestAShapedNetworkUsesTheLimit(t *testing.T) {
	costs := shapedCosts(t)
	smallest, largest := costs.Bounds()
	for _, name := range []string{"mnv2", "mnv3", "fbnetv2_f1"} {
		blocks := blocksOf(t, name)
		for _, part := range []float64{0.4, 0.7} {
			limit := smallest + part*(largest-smallest)
			s, err := costs.Shaped(blocks, limit)
			if err != nil || costs.Of(s.Selection) > limit {
				t.Errorf("%s at %g: %v costs %g (%v)", name, limit, s, costs.Of(s.Selection), err)
			}
			wider := costs.shapeOf(blocks).scaled(costs.choices, s.Multiplier*1.02)
			if s.Multiplier < 3.9 && costs.Of(wider) <= limit {
				t.Errorf("%s at %g: a wider one than %g fits", name, limit, s.Multiplier)
			}
		}
		if _, err := costs.Shaped(blocks, smallest/2); fault.CodeOf(err) != fault.Target {
			t.Errorf("below the smallest: %v", err)
		}
	}
	if _, err := costs.Shaped([]models.Block{{Kind: models.Conv}, {Kind: models.Head}}, largest); fault.CodeOf(err) != fault.Usage {
		t.Errorf("without inverted residuals: %v", err)
	}
}

// A space with more sizes than the published network has, or none at one of them.
func TestASizeWithoutCounterpartTakesTheNearest(t *testing.T) {
	groups := [][]int{nil, {3}, nil, {5, 6}}
	for halvings, want := range map[int][]int{0: {3}, 1: {3}, 2: {5, 6}, 3: {5, 6}, 7: {5, 6}} {
		if got := nearestSize(groups, halvings); !cmp.Equal(got, want) {
			t.Errorf("halved %d times: %v, want %v", halvings, got, want)
		}
	}
}

func shapedCosts(t *testing.T) *Costs {
	t.Helper()
	space, err := models.ParseSpace([]byte(shaped))
	if err != nil {
		t.Fatal(err)
	}
	costs, err := NewCosts(space, classes, MACs)
	if err != nil {
		t.Fatal(err)
	}
	return costs
}

func blocksOf(t *testing.T, name string) []models.Block {
	t.Helper()
	arch, err := models.LoadArch(name)
	if err != nil {
		t.Fatal(err)
	}
	blocks, err := arch.Resolve()
	if err != nil {
		t.Fatal(err)
	}
	return blocks
}

// Two layers take the places in the middle of each half of seven blocks, and seven layers
// those of two blocks half and half.
func TestBlocksOfOneSizeCorrespondByPlace(t *testing.T) {
	network := func(blocks int) []models.Block {
		list := []models.Block{{Kind: models.Conv, Kernel: 1, Stride: 1, Height: 8, Width: 8}}
		for range blocks {
			list = append(list, models.Block{Kind: models.IR, Kernel: 1, Stride: 1, Height: 8, Width: 8})
		}
		return append(list, models.Block{Kind: models.Conv, Kernel: 1, Stride: 1, Height: 8, Width: 8}, models.Block{Kind: models.Head})
	}
	if got, want := counterparts(network(2), network(7)), []int{0, 2, 6, 8, 9}; !cmp.Equal(got, want) {
		t.Errorf("two of seven: %v, want %v", got, want)
	}
	if got, want := counterparts(network(7), network(2)), []int{0, 1, 1, 1, 2, 2, 2, 2, 3, 4}; !cmp.Equal(got, want) {
		t.Errorf("seven of two: %v, want %v", got, want)
	}
}
