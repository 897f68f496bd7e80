package search

import (
	"fmt"
	"strings"
	"testing"

	"fbnas/graph"
	"fbnas/models"
	"fbnas/train"
)

// TestOptionsCostNoFeatureMap: a weight step has the same number of operations
// on feature maps for 1, 5 and 20 widths to choose from (DESIGN.md, "DMaskingNAS":
// masks fold into what reads them).
func TestOptionsCostNoFeatureMap(t *testing.T) {
	maps := map[int]int{}
	for _, options := range []int{1, 5, 20} {
		var widths, expansions []string
		for i := range options {
			widths = append(widths, fmt.Sprint(40-options+i+1))
			expansions = append(expansions, fmt.Sprint(float64(4)-float64(options-i-1)/8))
		}
		text := strings.NewReplacer("[2, 4]", "["+strings.Join(widths, ", ")+"]", "[1, 2]", "["+strings.Join(expansions, ", ")+"]").Replace(searched)
		space, err := models.ParseSpace([]byte(text))
		if err != nil {
			t.Fatal(err)
		}
		p := NewSupernet(space, classes).soft().WeightStep(train.Shape{Batch: 4, Channels: 1, Height: 6, Width: 6}, train.SGD{Momentum: 0.9}, 0.1)
		for _, n := range graph.Reachable(p.Outputs()...) {
			if n.Map {
				maps[options]++
			}
		}
	}
	if maps[1] == 0 || maps[1] != maps[5] || maps[5] != maps[20] {
		t.Errorf("feature maps by number of options: %v", maps)
	}
}
