package profile_test

import (
	"math/rand/v2"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"fbnas/models"
	"fbnas/profile"
)

func TestChoose(t *testing.T) {
	rep, err := profile.Run(t.Context(), newDevice(), blocksOnly(), filepath.Join(t.TempDir(), "x.lut"), options())
	if err != nil {
		t.Fatal(err)
	}
	table := rep.Table
	choose := func(c profile.Choice) [][]models.Block {
		t.Helper()
		nets, err := profile.Choose(table, c, sample)
		if err != nil {
			t.Fatal(err)
		}
		return nets
	}
	us := func(net []models.Block) float64 {
		e, err := table.Predict(net)
		if err != nil {
			t.Fatal(err)
		}
		return e.Cost
	}
	first := choose(profile.Choice{Purpose: "a", Draws: 500})
	lo, hi := us(first[0]), us(first[len(first)-1])
	var tenth [10]int
	for i, net := range first {
		if i > 0 && us(net) < us(first[i-1]) {
			t.Error("not in ascending order")
		}
		// The range of the draws is a little wider than that of the picks.
		tenth[min(9, int(10*(us(net)-lo)/(hi-lo)))]++
	}
	for i, n := range tenth {
		if n < 1 || n > 3 {
			t.Errorf("%d networks in tenth %d", n, i)
		}
	}
	if again := choose(profile.Choice{Purpose: "a", Draws: 500}); !reflect.DeepEqual(first, again) {
		t.Error("the same seed gave other networks")
	}
	if other := choose(profile.Choice{Purpose: "a", Draws: 500, Seed: 1}); reflect.DeepEqual(first, other) {
		t.Error("another seed gave the same networks")
	}
	seen := map[string]bool{}
	for _, net := range append(first, choose(profile.Choice{Purpose: "a", Draws: 500, Exclude: first})...) {
		id := network(0, net).Model.Digest()
		if seen[id] {
			t.Error("an excluded network was picked, or one twice")
		}
		seen[id] = true
	}
	few := func(rng *rand.Rand) []models.Block { return first[rng.IntN(3)] }
	if _, err := profile.Choose(table, profile.Choice{Draws: 50}, few); err == nil || !strings.Contains(err.Error(), "3 different") {
		t.Errorf("three networks were enough: %v", err)
	}
}

// TestChooseDrawsOn: a tenth that the first draws hardly reach is filled by more
// draws.
func TestChooseDrawsOn(t *testing.T) {
	table := profiled(t, newDevice(), blocksOnly())
	drawn := 0
	nets, err := profile.Choose(table, profile.Choice{Draws: 100}, func(r *rand.Rand) []models.Block {
		drawn++
		depth := 1 + r.IntN(100)
		switch {
		case drawn == 1:
			depth = 100
		case drawn <= 100 && depth > 90: // except for the first, none of the highest tenth
			depth -= 90
		}
		return slices.Repeat([]models.Block{ir(16, 16, 16, 8, 1)}, depth)
	})
	if err != nil {
		t.Fatal(err)
	}
	highest := 0
	for _, net := range nets {
		if len(net) > 90 {
			highest++
		}
	}
	if len(nets) != 20 || highest != 2 {
		t.Errorf("%d networks, %d of the highest tenth, want 20 and 2", len(nets), highest)
	}
}
