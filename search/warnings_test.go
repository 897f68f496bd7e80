package search

import (
	"math"
	"slices"
	"strings"
	"testing"

	"fbnas/models"
)

// TestWarningsOfASearch: each warning appears at its bound, and nothing else is
// warned of.
func TestWarningsOfASearch(t *testing.T) {
	costs := wholeCosts(t, searched, 0)
	_, largest := costs.Bounds()
	limit := 0.5 * largest
	picked := func(cost float64) (models.Selection, float64) {
		best, of := models.Selection(nil), math.Inf(1)
		everySelection(costs.Space, func(sel models.Selection) {
			if got := costs.Of(sel); math.Abs(got-cost) < math.Abs(of-cost) {
				best, of = slices.Clone(sel), got
			}
		})
		return best, of
	}
	found, _ := picked(0.97 * limit)
	for _, c := range []struct {
		name     string
		expected float64 // as a part of the limit
		mode     float64 // cost of the likeliest options, as a part of the limit
		limit    float64 // over limit
		excluded int
		want     []string
	}{
		{"all is well", 1, 0.95, 1, 0, nil},
		{"expected too low", 0.94, 0.95, 1, 0, []string{"ended at 0.94 of the limit"}},
		{"expected too high", 1.06, 0.95, 1, 0, []string{"ended at 1.06 of the limit"}},
		{"just within", 1.049, 0.95, 1, 0, nil},
		{"the likeliest cost too much", 1, 1.3, 1, 0, []string{"the most likely options together cost"}},
		{"the likeliest cost too little", 1, 0.6, 1, 0, []string{"the most likely options together cost"}},
		{"blocks failed", 1, 0.95, 1, 3, []string{"3 blocks of the space failed"}},
		{"nothing was limited", 0.2, 0.3, 2.5, 0, nil},
	} {
		sel, of := picked(c.mode * limit)
		if ratio := of / limit; (ratio >= 0.9 && ratio <= 1) != (c.mode == 0.95) {
			t.Fatalf("%s: the space has nothing at %g of the limit: %g", c.name, c.mode, ratio)
		}
		var probabilities [][]float64
		for i, choice := range costs.Space.Choices() {
			p := slices.Repeat([]float64{0.1}, len(choice.Options))
			p[sel[i]] = 0.9
			probabilities = append(probabilities, p)
		}
		job := Job{Space: costs.Space, Costs: costs, Config: Config{Limit: c.limit * limit, Candidates: 1}}
		failing := *costs
		failing.Excluded = make([]models.Block, c.excluded)
		job.Costs = &failing
		r := Result{Probabilities: probabilities, Expected: c.expected * limit, Judged: []Judged{{Candidate: Candidate{Selection: costs.Canonical(found)}}}}
		got := job.warnings(r)
		if len(got) != len(c.want) {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
			continue
		}
		for i, want := range c.want {
			if !strings.Contains(got[i], want) {
				t.Errorf("%s: %q, want %q", c.name, got[i], want)
			}
		}
	}
}

// TestTargetsAtTheLowerEnd: a target counts as low by what it leaves of the
// space, however narrow the space is.
func TestTargetsAtTheLowerEnd(t *testing.T) {
	costs := wholeCosts(t, searched, 0)
	smallest, largest := costs.Bounds()
	for part, warned := range map[float64]bool{0.01: true, 0.049: true, 0.051: false, 0.5: false, 0.99: false} {
		warning, err := costs.CheckTarget(smallest+part*(largest-smallest), 0)
		if err != nil || strings.Contains(warning, "lower end") != warned || !warned && warning != "" {
			t.Errorf("at %g of the space: %q (%v)", part, warning, err)
		}
	}
}
