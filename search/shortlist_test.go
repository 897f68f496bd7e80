package search

import (
	"fmt"
	"math"
	"slices"
	"testing"

	"fbnas/internal/fault"
	"fbnas/internal/random"
	"fbnas/models"
)

// TestShortlistIsTheBestOfEveryShape compares with the enumeration of a whole space.
func TestShortlistIsTheBestOfEveryShape(t *testing.T) {
	t.Parallel()
	costs, err := NewCosts(tinySpace(t), classes, MACs)
	if err != nil {
		t.Fatal(err)
	}
	smallest, largest := costs.Bounds()
	for seed := range uint64(3) {
		probabilities := drawnProbabilities(costs, seed)
		limit := smallest + (0.3+0.2*float64(seed))*(largest-smallest)
		want := bestOfEveryShape(costs, probabilities, limit)
		k := len(want)
		got, err := costs.Shortlist(t.Context(), probabilities, limit, k, nil)
		if err != nil || len(got) != k {
			t.Fatalf("%d of %d networks (%v)", len(got), k, err)
		}
		for i, c := range got {
			if c.Cost > limit || c.InWindow != (c.Cost >= Window*limit) {
				t.Errorf("network %d: %+v", i, c)
			}
			if i > 0 && slices.ContainsFunc(got[:i], func(o Candidate) bool { return shapeKey(costs, o.Selection) == shapeKey(costs, c.Selection) }) {
				t.Errorf("network %d repeats the widths of another", i)
			}
			if math.Abs(c.LogP-want[i].LogP) > 1e-9 || c.InWindow != want[i].InWindow {
				t.Errorf("seed %d, network %d: log p %.4f (%v), want %.4f (%v)", seed, i, c.LogP, c.InWindow, want[i].LogP, want[i].InWindow)
			}
		}
	}
}

// All shapes that fit, then the next best networks of these shapes.
func TestAShortlistIsFilledUp(t *testing.T) {
	t.Parallel()
	costs, err := NewCosts(tinySpace(t), classes, MACs)
	if err != nil {
		t.Fatal(err)
	}
	smallest, _ := costs.Bounds()
	probabilities := drawnProbabilities(costs, 1)
	limit := 1.3 * smallest
	want := bestOfEveryShape(costs, probabilities, limit)
	shapes, err := costs.shapes(t.Context(), probabilities, limit, 1000, nil)
	if err != nil || len(shapes) != len(want) || len(shapes) == 0 {
		t.Fatalf("%d shapes (%v), want %d", len(shapes), err, len(want))
	}
	done := 0
	k := len(want) + 3
	got, err := costs.Shortlist(t.Context(), probabilities, limit, k, func(d, _ int) { done = d })
	if err != nil || len(got) != k || done != k {
		t.Fatalf("%d networks, %d reported (%v), want %d", len(got), done, err, k)
	}
	seen := map[string]bool{}
	for i, c := range got {
		id := fmt.Sprint(c.Selection)
		if i < len(shapes) && !slices.Equal(c.Selection, shapes[i].Selection) || seen[id] || c.Cost > limit {
			t.Errorf("network %d: %+v", i, c)
		}
		seen[id] = true
	}
	if _, err := costs.Shortlist(t.Context(), probabilities, smallest/2, 3, nil); fault.CodeOf(err) != fault.Target {
		t.Errorf("below the smallest: %v", err)
	}
}

func drawnProbabilities(c *Costs, seed uint64) [][]float64 {
	r := random.New(seed, "probabilities")
	var list [][]float64
	for _, choice := range c.choices {
		z := make([]float64, len(choice.Options))
		for i := range z {
			z[i] = 2 * r.NormFloat64()
		}
		list = append(list, softmax(z))
	}
	return list
}

func shapeKey(c *Costs, sel models.Selection) (key string) {
	for i, choice := range c.choices {
		if choice.Kind == models.Width {
			key += fmt.Sprintf("%d ", sel[i])
		}
	}
	return key
}

// bestOfEveryShape enumerates the space.
func bestOfEveryShape(c *Costs, probabilities [][]float64, limit float64) []Candidate {
	v := newViterbi(c, logsOf(probabilities), limit)
	best := map[string]bestOf{}
	sel := make(models.Selection, len(c.choices))
	for {
		if cost := c.Of(sel); cost <= limit {
			b := bestOf{Candidate: Candidate{slices.Clone(sel), cost, v.logOf(sel), cost >= Window*limit}}
			if old, ok := best[shapeKey(c, sel)]; !ok || b.before(old) < 0 {
				best[shapeKey(c, sel)] = b
			}
		}
		i := len(sel) - 1
		for ; i >= 0; i-- {
			if sel[i]++; sel[i] < len(c.choices[i].Options) {
				break
			}
			sel[i] = 0
		}
		if i < 0 {
			break
		}
	}
	var list []bestOf
	for _, b := range best {
		list = append(list, b)
	}
	slices.SortFunc(list, bestOf.before)
	var out []Candidate
	for _, b := range list {
		out = append(out, b.Candidate)
	}
	return out
}
