package search

import (
	"fmt"
	"math"
	"strings"
	"testing"

	"fbnas/dataset"
	"fbnas/internal/fault"
	"fbnas/lut"
	"fbnas/models"
)

// TestLimitHoldsWhatIsMeasured: errors are relative to the measured value, so a
// network that measures exactly the target, and was predicted too fast by the
// margin, is at the limit. target/(1 + margin) would let through one that misses
// the target.
func TestLimitHoldsWhatIsMeasured(t *testing.T) {
	for _, c := range []struct{ target, margin, limit float64 }{
		{100, 0, 100},
		{100, 0.2, 80}, // 100/1.2 is 83.3
		{15000, 0.02, 14700},
		{25, 0.5, 12.5},
	} {
		if got := Limit(c.target, c.margin); math.Abs(got-c.limit) > 1e-9*c.limit {
			t.Errorf("the limit of %g with %g is %g, want %g", c.target, c.margin, got, c.limit)
		}
		if got := Worst(c.limit, c.margin); math.Abs(got-c.target) > 1e-9*c.target {
			t.Errorf("%g with %g may take %g, want %g", c.limit, c.margin, got, c.target)
		}
		if c.margin == 0 {
			continue
		}
		slow := 1.01 * c.target // too slow, and predicted as badly as the margin allows
		if predicted := slow * (1 - c.margin); predicted <= Limit(c.target, c.margin) {
			t.Errorf("with the margin %g a network of %g passes for %g", c.margin, slow, c.target)
		}
	}
}

// TestTargetsLeaveTheMargin: CheckTarget accepts the costs that networks may turn
// out to have.
func TestTargetsLeaveTheMargin(t *testing.T) {
	space := tinySpace(t)
	costs, err := NewCosts(space, classes, MACs)
	if err != nil {
		t.Fatal(err)
	}
	smallest, largest := costs.Bounds()
	for _, margin := range []float64{0, 0.2, 0.5} {
		least := smallest / (1 - margin)
		_, err := costs.CheckTarget(0.99*least, margin)
		if fault.CodeOf(err) != fault.Target || !strings.Contains(fault.HintOf(err), fmt.Sprintf("at least %.6g macs", least)) ||
			!strings.Contains(err.Error(), fmt.Sprintf("%.6g to %.6g macs are possible", least, largest/(1-margin))) {
			t.Errorf("margin %g: %v (%s)", margin, err, fault.HintOf(err))
		}
		if _, err := costs.CheckTarget(1.0001*least, margin); err != nil {
			t.Errorf("margin %g: %v", margin, err)
		}
		if warning, err := costs.CheckTarget(1.01*largest/(1-margin), margin); err != nil || !strings.Contains(warning, "has no effect") {
			t.Errorf("margin %g: warning %q (%v)", margin, warning, err)
		}
	}
}

// TestSummaryKeepsTheMargin: every other target is derived with its limit, not
// with the target itself.
func TestSummaryKeepsTheMargin(t *testing.T) {
	space := tinySpace(t)
	costs, err := NewCosts(space, classes, MACs)
	if err != nil {
		t.Fatal(err)
	}
	_, largest := costs.Bounds()
	var sure [][]float64 // probability 1 for the widest of everything
	for _, c := range space.Choices() {
		p := make([]float64, len(c.Options))
		for i := range p {
			p[i] = 1e-9
		}
		p[len(p)-1] = 1
		sure = append(sure, p)
	}
	widest := Judged{Candidate: Candidate{Selection: space.Largest(), Cost: largest}}
	job := Job{Space: space, Costs: costs, Data: &dataset.Set{Classes: make([]string, classes)}, Config: Config{Limit: 2 * largest}}
	s, err := job.Summarise(t.Context(), Result{Probabilities: sure, Judged: []Judged{widest}}, []float64{2 * largest, largest}, 0.25)
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range []float64{1.5 * largest, 0.75 * largest} {
		if got := s.Results[i]; got.Limit != want || got.Cost > want {
			t.Errorf("target %g: limit %g, predicted %g; want the limit %g", got.Target, got.Limit, got.Cost, want)
		}
	}
	arch := s.Results[1].Arch
	blocks, err := arch.Resolve()
	if err != nil || float64(models.Count(blocks).MACs) != s.Results[1].Cost {
		t.Errorf("the second network does not cost what is said: %v", err)
	}
}

// certainCost is a cost with a given certainty.
type certainCost struct {
	Counted
	certainty lut.Certainty
}

func (k certainCost) Certainty() lut.Certainty { return k.certainty }

// TestAutoMargin: the 95th percentile of the known errors, never a mean, and
// never 0 where nothing is known.
func TestAutoMargin(t *testing.T) {
	for _, c := range []struct {
		of     lut.Certainty
		margin float64
		hint   string // of a refusal
	}{
		{lut.Certainty{Origin: lut.Exact}, 0, ""},
		{lut.Certainty{Origin: lut.Validated, Networks: 20, MeanError: 0.01, P95Error: 0.031, MaxError: 0.05}, 0.031, ""},
		{lut.Certainty{Origin: lut.LeaveOneOut, Networks: 5, MeanError: 0.02, P95Error: 0.07, MaxError: 0.08}, 0.07, ""},
		{lut.Certainty{Origin: lut.None}, 0, "fbnas lut validate X.lut"},
		{lut.Certainty{Origin: lut.Validated, Networks: 20, MeanError: 0.4, P95Error: 1.2}, 0, "fbnas lut calibrate X.lut"},
	} {
		got, err := AutoMargin(certainCost{MACs, c.of})
		if got != c.margin || (err != nil) != (c.hint != "") || err != nil && (fault.CodeOf(err) != fault.Usage || !strings.Contains(fault.HintOf(err), c.hint)) {
			t.Errorf("%+v: %g, %v (%s)", c.of, got, err, fault.HintOf(err))
		}
	}
}

// subtractedCost is a cost whose calibration subtracts more than blocks cost.
type subtractedCost struct {
	Cost
	by float64
}

func (s subtractedCost) Base() float64 { return s.Cost.Base() - s.by }

// TestCostsAreAboveZero: a table with an absurd calibration is refused before
// anything is searched or shown.
func TestCostsAreAboveZero(t *testing.T) {
	space := tinySpace(t)
	costs, err := NewCosts(space, classes, MACs)
	if err != nil {
		t.Fatal(err)
	}
	smallest, _ := costs.Bounds()
	if _, err := NewCosts(space, classes, subtractedCost{MACs, smallest - 1}); err != nil {
		t.Error(err)
	}
	for _, by := range []float64{smallest, 1e15} {
		if _, err := NewCosts(space, classes, subtractedCost{MACs, by}); err == nil || fault.CodeOf(err) != fault.Failure || !strings.Contains(fault.HintOf(err), "lut calibrate") {
			t.Errorf("%g less: %v (%s)", by, err, fault.HintOf(err))
		}
	}
}
