package profile

import (
	"strings"
	"testing"
	"time"

	"fbnas/internal/fault"
	"fbnas/latency"
	"fbnas/lut"
	"fbnas/models"
)

func TestBudget(t *testing.T) {
	space := tinySpace(t)
	work := WorkOf(space, 10)
	whole := NewEstimate(work, 0, latency.Options{})
	if whole.Rounds != 12 || whole.Rows != len(lut.Rows(work.Blocks)) || whole.RowError != 0.015 {
		t.Errorf("%+v", whole)
	}
	for _, c := range []struct {
		budget time.Duration
		rounds int // 0: too small
	}{{time.Hour, 12}, {whole.Time, 12}, {whole.Time * 3 / 4, 8}, {time.Millisecond, 0}} {
		opts, _, err := WithinBudget(work, 0, latency.Options{}, c.budget)
		if c.rounds == 0 {
			if fault.CodeOf(err) != fault.Usage {
				t.Errorf("%v: %v", c.budget, err)
			}
			continue
		}
		got := NewEstimate(work, 0, opts)
		if err != nil || got.Time > c.budget || opts.Rounds > 12 || opts.Rounds < fewest || c.rounds == 12 && opts.Rounds != 12 {
			t.Errorf("%v: %d rounds, %v, %v", c.budget, opts.Rounds, got.Time, err)
		}
		if got.RowError < whole.RowError {
			t.Errorf("%v: fewer rounds promise a smaller error, %g", c.budget, got.RowError)
		}
	}
}

// TestBudgetOfAPart: a space that is measured in part gets fewer rows where the
// fewest rounds of all of them take too long, and not more than fit in the
// budget.
func TestBudgetOfAPart(t *testing.T) {
	space, err := models.LoadSpace("fbnetv2-f")
	if err != nil {
		t.Fatal(err)
	}
	work := WorkOf(space, 10)
	const maxRows = 2000
	whole := NewEstimate(work, maxRows, latency.Options{})
	if whole.Rows != maxRows || whole.Asked != len(lut.Rows(work.Blocks)) || whole.Asked <= maxRows {
		t.Errorf("%+v", whole)
	}
	opts, rows, err := WithinBudget(work, maxRows, latency.Options{}, whole.Time/4)
	got := NewEstimate(work, rows, opts)
	if err != nil || got.Time > whole.Time/4 || got.Rows >= maxRows || got.Rows < fewestRows || got.Rounds != fewest {
		t.Errorf("%+v (%v)", got, err)
	}
	if _, _, err := WithinBudget(work, maxRows, latency.Options{}, time.Second); fault.CodeOf(err) != fault.Usage {
		t.Errorf("a second: %v", err)
	}
}

// TestLeastBudgetOfAPart: a budget never leaves fewer than 300 rows of a space,
// and 5 rounds of them.
func TestLeastBudgetOfAPart(t *testing.T) {
	space, err := models.LoadSpace("fbnetv2-f")
	if err != nil {
		t.Fatal(err)
	}
	work := WorkOf(space, 10)
	if least := LeastRows(work.Blocks); least >= 300 {
		t.Fatalf("the space needs %d rows: another one is to be tested", least)
	}
	enough := NewEstimate(work, 300, latency.Options{Rounds: 5}).Time
	opts, rows, err := WithinBudget(work, 2000, latency.Options{}, enough)
	if err != nil || rows != 300 || opts.Rounds != 5 {
		t.Errorf("%v: %d rounds of %d rows (%v)", enough, opts.Rounds, rows, err)
	}
	_, _, err = WithinBudget(work, 2000, latency.Options{}, enough-1)
	if fault.CodeOf(err) != fault.Usage || !strings.Contains(err.Error(), "5 rounds of 300 rows, the minimum") {
		t.Errorf("a nanosecond less: %v", err)
	}
}

// TestEstimateHasTheSentinelsShare: the sentinel is timed before every twelfth
// model. 24 rows take the same time each and, in each of 12 rounds, two groups of
// the sentinel: 45 µs, 15 times to warm up and 15 times to time it, and 0.5 ms
// besides.
func TestEstimateHasTheSentinelsShare(t *testing.T) {
	var work Work
	var alone time.Duration
	for mid := 1; mid <= 24; mid++ {
		block := []models.Block{{Kind: models.IR, Kernel: 3, Stride: 1, Pad: 1, Groups: 1, OutGroups: 1, Height: 8, Width: 8, In: 8, Mid: mid, Out: 16, ExpandConv: true}}
		work.Blocks = append(work.Blocks, block...)
		alone += NewEstimate(Work{Blocks: block}, 0, latency.Options{}).Time
	}
	want := 12 * 2 * (30*45*time.Microsecond + 500*time.Microsecond)
	if got := NewEstimate(work, 0, latency.Options{}).Time - alone; got != want {
		t.Errorf("the sentinel takes %v of a profile of 24 rows, want %v", got, want)
	}
}

// Networks are spread over the range, so that one takes half of the largest on
// average: 100 M multiply-accumulates in one layer are 2.503 ms, and in each of 12
// rounds a group has five such runs and two to warm up, and 0.5 ms beside that.
func TestEstimateOfNetworks(t *testing.T) {
	half := []models.Block{{Kind: models.Conv, Kernel: 1, Stride: 1, Groups: 1, OutGroups: 1, Height: 100, Width: 100, In: 100, Out: 100}}
	if macs := models.Count(half).MACs; macs != 100_000_000 {
		t.Fatalf("%d multiply-accumulates", macs)
	}
	got := NewEstimate(Work{Largest: half, Networks: 3}, 0, latency.Options{}).Time
	if want := 3 * (6*time.Millisecond + 12*(7*2503*time.Microsecond+500*time.Microsecond)); got != want {
		t.Errorf("3 networks take %v, want %v", got, want)
	}
}
