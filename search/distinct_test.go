package search

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"fbnas/internal/random"
	"fbnas/internal/text"
	"fbnas/lut"
	"fbnas/models"
)

// colliding has expansions that round to one hidden width: everywhere (1.2 and
// 1), where the narrow width enters (1.4 and 1), and in a tail without an
// expanding convolution.
const colliding = `
version: 1
name: colliding
input: {channels: 1, height: 8, width: 8}
rounding: {divisor: 4}
width: stage
stem: {kernel: 3, stride: 2, width: [4, 8], act: relu}
stages:
  - {blocks: 2, width: [4, 8], expansion: [1, 1.2, 1.4, 2], kernel: [3, 5], act: relu}
tail: {kind: ir_pool, width: [8, 12], expansion: [1, 1.1], act: relu}
head: {bias: true}
`

// wholeCost has whole numbers: with resolution as the limit nothing is rounded,
// so deriving must be exact.
type wholeCost struct {
	Counted
	scale float64
}

func (w wholeCost) Block(b models.Block) (lut.Lookup, error) {
	l, err := w.Counted.Block(b)
	l.Cost = math.Round(l.Cost * w.scale)
	return l, err
}

// wholeCosts puts the limit at a part of the way from the smallest to the largest
// network.
func wholeCosts(t *testing.T, text string, part float64) *Costs {
	t.Helper()
	space, err := models.ParseSpace([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	costs, err := NewCosts(space, classes, MACs)
	if err != nil {
		t.Fatal(err)
	}
	smallest, largest := costs.Bounds()
	costs, err = NewCosts(space, classes, wholeCost{MACs, resolution / (smallest + part*(largest-smallest))})
	if err != nil {
		t.Fatal(err)
	}
	return costs
}

// network is one of a space, by enumeration.
type network struct {
	p, cost float64 // the summed probability of its selections
}

func (c *Costs) id(sel models.Selection) string { return fmt.Sprint(c.blocks(sel)) }

func enumerate(costs *Costs, ps [][]float64) map[string]network {
	all := map[string]network{}
	everySelection(costs.Space, func(sel models.Selection) {
		id := costs.id(sel)
		all[id] = network{all[id].p + probabilityOf(ps, sel), costs.Of(sel)}
	})
	return all
}

func uniform(space models.Space) [][]float64 {
	var ps [][]float64
	for _, c := range space.Choices() {
		ps = append(ps, slices.Repeat([]float64{1 / float64(len(c.Options))}, len(c.Options)))
	}
	return ps
}

// TestCandidatesAreTheBestDistinctNetworks: the derived networks are those of
// enumeration in the same order, the window before the rest, none twice,
// whichever selections describe them; also where all are equally likely, and
// where k is larger than their number.
func TestCandidatesAreTheBestDistinctNetworks(t *testing.T) {
	for _, text := range []string{colliding, searched} {
		for _, part := range []float64{0.02, 0.05, 0.3, 0.7, 1, 1.2} {
			costs := wholeCosts(t, text, part)
			for seed := range uint64(4) {
				ps := randomProbabilities(costs.Space, seed)
				if seed == 0 {
					ps = uniform(costs.Space)
				}
				all := enumerate(costs, ps)
				for _, k := range []int{1, 5, 2000} {
					compareBest(t, costs, ps, all, k)
				}
			}
		}
	}
}

func compareBest(t *testing.T, costs *Costs, ps [][]float64, all map[string]network, k int) {
	t.Helper()
	const limit = resolution
	var want [2][]float64 // inside and below the window
	for _, n := range all {
		switch {
		case n.cost > limit:
		case n.cost >= Window*limit:
			want[0] = append(want[0], math.Log(n.p))
		default:
			want[1] = append(want[1], math.Log(n.p))
		}
	}
	for i := range want {
		slices.Sort(want[i])
		slices.Reverse(want[i])
	}
	best := append(want[0], want[1]...)
	best = best[:min(k, len(best))]
	got, err := costs.Derive(t.Context(), ps, limit, k, nil)
	if err != nil {
		t.Fatal(err)
	}
	if len(got) != len(best) {
		t.Fatalf("%s, k %d: %d candidates, by enumeration %d", costs.Space.Name, k, len(got), len(best))
	}
	seen := map[string]bool{}
	for i, c := range got {
		id := costs.id(c.Selection)
		n := all[id]
		if seen[id] || math.Abs(c.LogP-math.Log(n.p)) > 1e-9 || c.Cost != n.cost || math.Abs(c.LogP-best[i]) > 1e-9 ||
			!slices.Equal(c.Selection, costs.Canonical(c.Selection)) || c.InWindow != (c.Cost >= Window*limit) {
			t.Fatalf("%s, k %d, candidate %d: %+v, seen %v; by enumeration log p %g, best %g",
				costs.Space.Name, k, i, c, seen[id], math.Log(n.p), best[i])
		}
		seen[id] = true
	}
}

// TestRoundingLosesNothingElse: with costs that are not whole bins, deriving
// misses at most networks within a bin per layer of the limit, and none at the
// border of the window.
func TestRoundingLosesNothingElse(t *testing.T) {
	space := tinySpace(t)
	costs, err := NewCosts(space, classes, MACs)
	if err != nil {
		t.Fatal(err)
	}
	smallest, largest := costs.Bounds()
	ps := randomProbabilities(space, 1)
	all := enumerate(costs, ps)
	for _, part := range []float64{0.15, 0.25} {
		limit := smallest + part*(largest-smallest) + 0.3
		slack := float64(len(costs.Layers)) * limit / resolution
		list, err := costs.Derive(t.Context(), ps, limit, len(all), nil)
		if err != nil {
			t.Fatal(err)
		}
		found := map[string]bool{}
		for i, c := range list {
			id := costs.id(c.Selection)
			if found[id] || c.InWindow != (c.Cost >= Window*limit) || i > 0 && c.InWindow && !list[i-1].InWindow {
				t.Fatalf("limit %g: candidate %d %+v, seen %v", limit, i, c, found[id])
			}
			found[id] = true
		}
		bordering := 0
		for id, n := range all {
			if n.cost <= limit-slack && !found[id] {
				t.Errorf("limit %g: a network of cost %g is lost", limit, n.cost)
			}
			if math.Abs(n.cost-Window*limit) < slack {
				bordering++
			}
		}
		if bordering < 10 {
			t.Errorf("limit %g: %d networks at the border of the window: nothing was tested", limit, bordering)
		}
	}
}

// TestRandomNetworksAreEquallyLikely: each distinct one that fits is drawn as
// often as the others, within five standard deviations.
func TestRandomNetworksAreEquallyLikely(t *testing.T) {
	costs := wholeCosts(t, colliding, 1)
	all := enumerate(costs, uniform(costs.Space))
	const each = 100
	r, drawn, networks := random.New(3, "test"), map[string]int{}, costs.sampler()
	sel := make(models.Selection, len(costs.choices))
	for range each * len(all) {
		networks.draw(r, sel)
		drawn[costs.id(sel)]++
	}
	for id := range all {
		if n := drawn[id]; math.Abs(float64(n-each)) > 5*math.Sqrt(each) {
			t.Errorf("drawn %d times, want about %d: %s", n, each, id)
		}
	}
}

// TestChangesAreDistinct: no two changes lead to one network.
func TestChangesAreDistinct(t *testing.T) {
	costs := wholeCosts(t, colliding, 1)
	n := 0
	everySelection(costs.Space, func(sel models.Selection) {
		seen := map[string]bool{costs.id(sel): true}
		for _, change := range costs.Changes(sel) {
			other := costs.Canonical(sel)
			i := slices.IndexFunc(costs.choices, func(c models.Choice) bool { return c.Name == change.Choice })
			if change.From != costs.choices[i].Options[other[i]] {
				t.Fatalf("%v: %+v, it has %v", sel, change, costs.choices[i].Options[other[i]])
			}
			other[i] = slices.Index(costs.choices[i].Options, change.To)
			if id := costs.id(other); seen[id] {
				t.Fatalf("%v: %+v is another one's network", sel, change)
			} else {
				seen[id] = true
			}
			n++
		}
	})
	if n == 0 {
		t.Error("no changes: nothing was tested")
	}
}

// TestDeriveCanBeInterrupted: it reports progress, and ends when its context
// does.
func TestDeriveCanBeInterrupted(t *testing.T) {
	costs := wholeCosts(t, colliding, 0.5)
	layers := len(costs.Layers)
	for stop := range layers {
		ctx, cancel := context.WithCancel(t.Context())
		last := 0
		_, err := costs.Derive(ctx, uniform(costs.Space), resolution, 3, func(done, total int) {
			if done != last+1 || total != 2*layers {
				t.Errorf("layer %d of %d after %d, want %d in two passes", done, total, last, 2*layers)
			}
			if last = done; done == stop+1 {
				cancel()
			}
		})
		if cancel(); !errors.Is(err, context.Canceled) || last != stop+1 {
			t.Errorf("interrupted in layer %d: %v after %d layers", stop+1, err, last)
		}
	}
}

// TestFewCandidatesAreSaid: there is a warning where the limit leaves fewer
// networks than should be judged.
func TestFewCandidatesAreSaid(t *testing.T) {
	costs := wholeCosts(t, searched, 0.02)
	job := Job{Space: costs.Space, Costs: costs, Config: Config{Limit: resolution, Candidates: 5}}
	ps := uniform(costs.Space)
	candidates, err := costs.Derive(t.Context(), ps, resolution, 5, nil)
	if err != nil {
		t.Fatal(err)
	}
	r := Result{Probabilities: ps, Expected: resolution}
	for _, c := range candidates {
		r.Judged = append(r.Judged, Judged{Candidate: c})
	}
	within := 0
	for _, n := range enumerate(costs, ps) {
		if n.cost <= resolution {
			within++
		}
	}
	want := "found only " + text.Plural(within, "distinct network") + " within the limit, instead of 5"
	if list := job.warnings(r); within == 0 || within >= 5 || !slices.Contains(list, want) {
		t.Errorf("warnings %q, want %q", list, want)
	}
	job.Config.Candidates = within
	if list := job.warnings(r); strings.Contains(strings.Join(list, "\n"), "distinct") {
		t.Errorf("warnings %q where there are enough", list)
	}
}
