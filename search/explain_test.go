package search

import (
	"fmt"
	"math"
	"strings"
	"testing"

	"fbnas/internal/random"
	"fbnas/lut"
	"fbnas/models"
)

// TestExplain: shares add up to the cost, and each change has the right figures.
func TestExplain(t *testing.T) {
	space := tinySpace(t)
	costs, err := NewCosts(space, classes, awkwardCost{MACs})
	if err != nil {
		t.Fatal(err)
	}
	r := random.New(1, "explain")
	explained := 0
	for explained < 50 {
		sel := space.Largest()
		for i, c := range space.Choices() {
			sel[i] = r.IntN(len(c.Options))
		}
		want := costs.Of(sel)
		if math.IsNaN(want) {
			continue
		}
		explained++
		total := costs.Cost.Base()
		var macs int64
		predicted := lut.Estimate{Cost: want, Origin: lut.Validated, Rows: len(costs.Layers)}
		shares, err := costs.Shares(sel)
		if err != nil {
			t.Fatal(err)
		}
		for _, s := range shares {
			total += s.Cost
			macs += s.MACs
			if s.Predicted {
				predicted.PredictedRows++
				predicted.PredictedCost += s.Cost
			}
		}
		for i, l := range costs.Layers {
			if s := shares[i]; s.Error != 3 || s.Predicted != (l.Layer.Block(sel.Point(l.Layer)).Kernel == 5) {
				t.Errorf("%v: %+v", sel, s)
			}
		}
		e, err := costs.Estimate(sel)
		if err != nil || *e.Error != 7 {
			t.Errorf("%v: %+v (%v)", sel, e, err)
		}
		if e.Error = nil; e != predicted {
			t.Errorf("%v: %+v, want %+v", sel, e, predicted)
		}
		if math.Abs(total-want) > 1e-9*math.Abs(want) {
			t.Fatalf("%v: shares add up to %g, want %g", sel, total, want)
		}
		last := int64(math.MinInt64)
		for _, change := range costs.Changes(sel) {
			other := append([]int{}, sel...)
			for i, c := range space.Choices() {
				for o, option := range c.Options {
					if c.Name == change.Choice && option == change.To {
						other[i] = o
					}
				}
			}
			if got := want - costs.Of(other); math.Abs(got-change.Gain) > 1e-9 || change.Gain <= 0 {
				t.Errorf("%v: %+v, the gain is %g", sel, change, got)
			}
			if got := macs - costs.macs(other); got != change.MACs || change.MACs < last {
				t.Errorf("%v: %+v gives up %d MACs, the one before %d", sel, change, got, last)
			}
			last = change.MACs
		}
	}
}

// TestExcludedBlocks: each excluded block is counted once.
func TestExcludedBlocks(t *testing.T) {
	space := tinySpace(t)
	costs, err := NewCosts(space, classes, awkwardCost{MACs})
	if err != nil {
		t.Fatal(err)
	}
	want := 0
	for _, b := range space.Blocks() {
		if b.Kernel == 5 && b.Mid == 3 {
			want++
		}
	}
	if len(costs.Excluded) != want || want == 0 {
		t.Errorf("%d blocks excluded, want %d", len(costs.Excluded), want)
	}
	unlimited := Job{Costs: costs, Config: Config{Limit: math.Inf(1)}}
	if list := unlimited.warnings(Result{}); len(list) != 1 || !strings.Contains(list[0], fmt.Sprintf("%d blocks of the space failed", want)) {
		t.Errorf("warnings %q", list)
	}
}

func TestChosen(t *testing.T) {
	space := tinySpace(t)
	var s Summary
	for _, c := range space.Choices() {
		s.Choices = append(s.Choices, Decided{Name: c.Name, Options: c.Options, Chosen: c.Options[len(c.Options)-1]})
	}
	sel, err := s.Chosen(space)
	if err != nil {
		t.Fatal(err)
	}
	for i, o := range space.Largest() {
		if sel[i] != o {
			t.Errorf("choice %d: option %d, want %d", i, sel[i], o)
		}
	}
	s.Choices[0].Chosen = models.Number(-1)
	if _, err := s.Chosen(space); err == nil {
		t.Error("an option that the space lacks is taken")
	}
}

// TestExcludedBlocksCostMost: the search avoids what cannot be run. In the
// expectation an excluded block costs as much as its layer's most expensive
// block, and no derived architecture has one.
func TestExcludedBlocksCostMost(t *testing.T) {
	space := tinySpace(t)
	costs, err := NewCosts(space, classes, awkwardCost{MACs})
	if err != nil {
		t.Fatal(err)
	}
	found := false
	for _, l := range costs.Layers {
		highest := math.Inf(-1)
		for _, v := range l.Values {
			if !math.IsNaN(v) {
				highest = max(highest, v)
			}
		}
		for at, v := range l.finite() {
			if math.IsNaN(l.Values[at]) {
				found = true
				if v != highest {
					t.Errorf("%s: an excluded block counts as %g, the most expensive is %g", l.Layer.Name, v, highest)
				}
			} else if v != l.Values[at] {
				t.Errorf("%s: a block of %g counts as %g", l.Layer.Name, l.Values[at], v)
			}
		}
	}
	if !found {
		t.Fatal("nothing is excluded")
	}
	_, largest := costs.Bounds()
	list, err := costs.Derive(t.Context(), randomProbabilities(space, 4), largest, 50, nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range list {
		for _, b := range costs.blocks(c.Selection) {
			if b.Kernel == 5 && b.Mid == 3 {
				t.Errorf("%v has a block that cannot be run", c.Selection)
			}
		}
	}
}
