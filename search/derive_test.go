package search

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"testing"

	"fbnas/internal/fault"
	"fbnas/internal/random"
	"fbnas/lut"
	"fbnas/models"
)

// everySelection enumerates a space.
func everySelection(space models.Space, visit func(models.Selection)) {
	choices := space.Choices()
	sel := make(models.Selection, len(choices))
	for {
		visit(sel)
		i := len(sel) - 1
		for ; i >= 0; i-- {
			if sel[i]++; sel[i] < len(choices[i].Options) {
				break
			}
			sel[i] = 0
		}
		if i < 0 {
			return
		}
	}
}

func randomProbabilities(space models.Space, seed uint64) [][]float64 {
	r := random.New(seed, "probabilities")
	var ps [][]float64
	for _, c := range space.Choices() {
		p, total := make([]float64, len(c.Options)), 0.0
		for i := range p {
			p[i] = math.Exp(2 * r.NormFloat64())
			total += p[i]
		}
		for i := range p {
			p[i] /= total
		}
		ps = append(ps, p)
	}
	return ps
}

func probabilityOf(ps [][]float64, sel models.Selection) float64 {
	p := 1.0
	for i, o := range sel {
		p *= ps[i][o]
	}
	return p
}

// awkwardCost has a base, blocks with negative costs, as in a calibrated table,
// and excluded blocks.
type awkwardCost struct{ Counted }

func (awkwardCost) Base() float64 { return 3000 }

// Block treats rows with 5x5 kernels as predicted.
func (a awkwardCost) Block(b models.Block) (lut.Lookup, error) {
	if b.Kernel == 5 && b.Mid == 3 {
		return lut.Lookup{}, ErrExcluded
	}
	l, err := a.Counted.Block(b)
	l.Cost, l.Error = l.Cost-500, 3
	if b.Kernel == 5 {
		l.Status = lut.Predicted
	}
	return l, err
}

func (a awkwardCost) Network(blocks []models.Block) (lut.Estimate, error) {
	e := lut.Estimate{Cost: a.Base(), Error: new(7.0), Origin: lut.Validated}
	for _, b := range blocks {
		l, err := a.Block(b)
		if err != nil {
			return e, err
		}
		e.Add(b, l)
	}
	return e, nil
}

func TestDeriveAndExpectationAgreeWithEnumeration(t *testing.T) {
	space := tinySpace(t)
	for seed, cost := range map[uint64]Cost{1: MACs, 2: Params, 3: awkwardCost{MACs}} {
		costs, err := NewCosts(space, classes, cost)
		if err != nil {
			t.Fatal(err)
		}
		ps := randomProbabilities(space, seed)
		smallest, largest, mean, excluded := math.Inf(1), 0.0, 0.0, false
		everySelection(space, func(sel models.Selection) {
			c := costs.Of(sel)
			if math.IsNaN(c) {
				excluded = true
				return
			}
			smallest, largest = min(smallest, c), max(largest, c)
			mean += probabilityOf(ps, sel) * c
		})
		if low, high := costs.Bounds(); low != smallest || high != largest {
			t.Errorf("bounds %g and %g, by enumeration %g and %g", low, high, smallest, largest)
		}
		if got := expectation(t, costs, ps); !excluded && math.Abs(got-mean) > 1e-10*mean {
			t.Errorf("expectation %.12g, by enumeration %.12g", got, mean)
		}
		if got, want := costs.Mean(ps), expectation(t, costs, ps); math.Abs(got-want) > 1e-10*math.Abs(want) {
			t.Errorf("mean %.12g, expectation %.12g", got, want)
		}
		for _, part := range []float64{0.1, 0.4, 0.9} {
			checkDerive(t, costs, ps, smallest+part*(largest-smallest))
		}
	}
}

func checkDerive(t *testing.T, costs *Costs, ps [][]float64, limit float64) {
	t.Helper()
	// Rounding up may lose what lies within a bin per layer of the limit.
	slack := float64(len(costs.Layers)) / resolution * limit
	best, sure := math.Inf(-1), math.Inf(-1)
	everySelection(costs.Space, func(sel models.Selection) {
		c, p := costs.Of(sel), math.Log(probabilityOf(ps, sel))
		if c >= Window*limit && c <= limit {
			best = max(best, p)
			if c <= limit-slack {
				sure = max(sure, p)
			}
		}
	})
	for _, k := range []int{1, 4} {
		list, err := costs.Derive(t.Context(), ps, limit, k, nil)
		if err != nil {
			t.Fatal(err)
		}
		for i, c := range list {
			if c.Cost > limit || c.Cost != costs.Of(c.Selection) {
				t.Errorf("limit %g: %v costs %g, said %g", limit, c.Selection, costs.Of(c.Selection), c.Cost)
			}
			if want := math.Log(probabilityOf(ps, c.Selection)); math.Abs(want-c.LogP) > 1e-9 {
				t.Errorf("limit %g: log p %g, said %g", limit, want, c.LogP)
			}
			if i > 0 && list[i-1].InWindow == c.InWindow && list[i-1].LogP < c.LogP {
				t.Errorf("limit %g: candidate %d is likelier than the one before", limit, i)
			}
		}
		if first := list[0]; first.LogP < sure-1e-9 || first.LogP > best+1e-9 || !first.InWindow {
			t.Errorf("limit %g, k %d: log p %g, by enumeration %g to %g", limit, k, first.LogP, sure, best)
		}
	}
}

// TestWindow: the likeliest network is chosen only if it uses at least 95 % of
// the limit, as long as some network does.
func TestWindow(t *testing.T) {
	space := tinySpace(t)
	costs, err := NewCosts(space, classes, MACs)
	if err != nil {
		t.Fatal(err)
	}
	sel := costs.Canonical(space.Largest())
	for i := range sel {
		sel[i] /= 2
	}
	sel = costs.Canonical(sel)
	var likely [][]float64
	for i, c := range space.Choices() {
		p := make([]float64, len(c.Options))
		for o := range p {
			p[o] = 0.01 / float64(len(p))
		}
		p[sel[i]] += 0.99
		likely = append(likely, p)
	}
	for part, inside := range map[float64]bool{0.955: true, 0.945: false} {
		limit := costs.Of(sel) / part
		list, err := costs.Derive(t.Context(), likely, limit, 1, nil)
		if err != nil {
			t.Fatal(err)
		}
		if got := list[0]; !got.InWindow || slices.Equal(got.Selection, sel) != inside || got.Cost < 0.95*limit {
			t.Errorf("the likeliest uses %g of the limit: derived %v with %g of it", part, got.Selection, got.Cost/limit)
		}
	}
}

func TestDeriveBelowTheSmallestNetwork(t *testing.T) {
	space := tinySpace(t)
	costs, err := NewCosts(space, classes, MACs)
	if err != nil {
		t.Fatal(err)
	}
	smallest, _ := costs.Bounds()
	_, err = costs.Derive(t.Context(), randomProbabilities(space, 1), smallest-1, 1, nil)
	if fault.CodeOf(err) != fault.Target {
		t.Errorf("below the smallest network: %v", err)
	}
	for _, k := range []int{1, 3} { // lost by rounding up, found by the fallback
		list, err := costs.Derive(t.Context(), randomProbabilities(space, 1), smallest, k, nil)
		if err != nil || list[0].Cost != smallest || costs.Of(list[0].Selection) != smallest || !list[0].InWindow {
			t.Errorf("at the smallest network: %+v (%v)", list, err)
		}
	}
}

// costWithout excludes the blocks that match.
type costWithout struct {
	Counted
	match func(models.Block) bool
	err   error
}

func (c costWithout) Block(b models.Block) (lut.Lookup, error) {
	if c.match(b) {
		return lut.Lookup{}, c.err
	}
	return c.Counted.Block(b)
}

func TestSpacesThatCannotBePriced(t *testing.T) {
	every := func(models.Block) bool { return true }
	head := func(b models.Block) bool { return b.Kind == models.Head }
	for name, c := range map[string]struct {
		cost Cost
		want string
	}{
		"rows missing":      {costWithout{MACs, every, errors.New("no row")}, "space tiny has no cost for 82 blocks, the first: no row"},
		"head not runnable": {costWithout{MACs, head, fmt.Errorf("%w: crash", ErrExcluded)}, "head: nothing is left to choose: excluded from the search: crash"},
	} {
		if _, err := NewCosts(tinySpace(t), classes, c.cost); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// expensive3x3 is a cost under which no uniform network is the cheapest: their
// kernels are 3x3.
type expensive3x3 struct{ Counted }

func (c expensive3x3) Block(b models.Block) (lut.Lookup, error) {
	l, err := c.Counted.Block(b)
	if b.Kernel == 3 {
		l.Cost *= 3
	}
	return l, err
}

// TestTheLeastUniformLimitIsTaken: a uniform network meets the limit that a
// refusal names.
func TestTheLeastUniformLimitIsTaken(t *testing.T) {
	costs, err := NewCosts(tinySpace(t), classes, expensive3x3{MACs})
	if err != nil {
		t.Fatal(err)
	}
	_, err = costs.Uniform(1)
	if fault.CodeOf(err) != fault.Target {
		t.Fatal(err)
	}
	_, text, _ := strings.Cut(err.Error(), "the cheapest of them costs ")
	least, err := strconv.ParseFloat(text, 64)
	if err != nil {
		t.Fatal(err)
	}
	if smallest, _ := costs.Bounds(); least <= smallest {
		t.Errorf("the least uniform limit is %g, the space's smallest network costs %g: the test is blind", least, smallest)
	}
	if s, err := costs.Uniform(least); err != nil || costs.Of(s.Selection) > least {
		t.Errorf("at the limit that was named: %+v, %v", s, err)
	}
}

func TestBaselinesKeepTheLimit(t *testing.T) {
	space := tinySpace(t)
	costs, err := NewCosts(space, classes, MACs)
	if err != nil {
		t.Fatal(err)
	}
	smallest, largest := costs.Bounds()
	for _, part := range []float64{0.05, 0.3, 0.8} {
		limit := smallest + part*(largest-smallest)
		s, err := costs.Uniform(limit)
		if err != nil || costs.Of(s.Selection) > limit {
			t.Errorf("uniform at %g: %v costs %g (%v)", limit, s, costs.Of(s.Selection), err)
		}
		wider := Scaled{Multiplier: s.Multiplier + 0.01, Expansion: s.Expansion}
		if s.Multiplier < 1 && costs.Of(costs.scaled(wider)) <= limit {
			t.Errorf("uniform at %g: a wider one than %g fits", limit, s.Multiplier)
		}
		sel, err := costs.Random(random.New(1, "test"), limit)
		if cost := costs.Of(sel); err != nil || cost > limit || cost < Window*limit {
			t.Errorf("random at %g: costs %g (%v)", limit, cost, err)
		}
	}
	if _, err := costs.Uniform(smallest / 2); fault.CodeOf(err) != fault.Target {
		t.Errorf("below the smallest: %v", err)
	}
}
