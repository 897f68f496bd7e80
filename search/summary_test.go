package search

import (
	"fmt"
	"math"
	"strings"
	"testing"

	"fbnas/models"
)

func TestEntropyIsAPartOfTheLargest(t *testing.T) {
	for _, c := range []struct {
		p    []float64
		want float64
	}{
		{[]float64{0.5, 0.5}, 1}, {[]float64{0.25, 0.25, 0.25, 0.25}, 1}, {[]float64{0, 1, 0}, 0},
		{[]float64{0.5, 0.25, 0.25}, 1.5 * math.Ln2 / math.Log(3)},
	} {
		if got := entropy(c.p); math.Abs(got-c.want) > 1e-12 {
			t.Errorf("%v: %g, want %g", c.p, got, c.want)
		}
	}
}

// TestADoubtfulExpectationIsSaid: there is a warning at more than a twentieth
// from the limit, on either side, and none without a limit.
func TestADoubtfulExpectationIsSaid(t *testing.T) {
	costs, err := NewCosts(tinySpace(t), classes, MACs)
	if err != nil {
		t.Fatal(err)
	}
	smallest, largest := costs.Bounds()
	limit := (smallest + largest) / 2
	var uniform [][]float64
	for _, c := range costs.choices {
		p := make([]float64, len(c.Options))
		for i := range p {
			p[i] = 1 / float64(len(p))
		}
		uniform = append(uniform, p)
	}
	best := Judged{Candidate: Candidate{Selection: make(models.Selection, len(costs.choices))}}
	for _, c := range []struct {
		limit, ratio float64
		said         bool
	}{{limit, 0.94, true}, {limit, 0.96, false}, {limit, 1, false}, {limit, 1.04, false}, {limit, 1.06, true}, {largest, 0.5, false}} {
		job := Job{Costs: costs, Config: Config{Limit: c.limit, Candidates: 1}}
		all := strings.Join(job.warnings(Result{Expected: c.ratio * c.limit, Probabilities: uniform, Judged: []Judged{best}}), "\n")
		if strings.Contains(all, fmt.Sprintf("the expected cost ended at %.2f of the limit", c.ratio)) != c.said {
			t.Errorf("expected %g of limit %g: %q", c.ratio, c.limit, all)
		}
	}
}

// TestUniformUsesTheLimit: the hand-made network is one multiplier of the widest,
// with one expansion and the smallest kernels; no other such network that fits,
// the widest of its expansion, costs more.
func TestUniformUsesTheLimit(t *testing.T) {
	costs, err := NewCosts(tinySpace(t), classes, MACs)
	if err != nil {
		t.Fatal(err)
	}
	smallest, largest := costs.Bounds()
	for _, part := range []float64{0.1, 0.2, 0.4, 0.6, 0.9} {
		limit := smallest + part*(largest-smallest)
		s, err := costs.Uniform(limit)
		if err != nil {
			t.Fatal(err)
		}
		for i, c := range costs.choices {
			want, value := 0.0, c.Options[s.Selection[i]].Float()
			switch c.Kind {
			case models.Width:
				want = s.Multiplier * c.Options[len(c.Options)-1].Float()
			case models.Expansion:
				want = s.Expansion
			case models.Kernel:
				want = c.Options[0].Float()
			}
			for _, o := range c.Options {
				if math.Abs(o.Float()-want) < math.Abs(value-want) {
					t.Errorf("limit %g: %s is %g, %v is nearer to %g", limit, c.Name, value, o, want)
				}
			}
		}
		for _, expansion := range costs.expansions() {
			for m := 100; m > 0; m-- {
				cost := costs.Of(costs.scaled(Scaled{Multiplier: float64(m) / 100, Expansion: expansion}))
				if cost > limit {
					continue
				}
				if cost > costs.Of(s.Selection) {
					t.Errorf("limit %g: %+v costs %g, expansion %g at %d %% costs %g", limit, s, costs.Of(s.Selection), expansion, m, cost)
				}
				break
			}
		}
	}
}
