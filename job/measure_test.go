package job

import (
	"testing"
	"time"

	"fbnas/internal/fault"
	"fbnas/latency"
	"fbnas/lut"
)

// TestMeasureOptions: what is not given comes from the table; zero is a value
// where it can be meant.
func TestMeasureOptions(t *testing.T) {
	table := &lut.Table{Header: lut.Header{
		Condition: latency.Condition{Threads: 2, CoreSet: "3", Precision: latency.Int8, FixedPerformance: latency.FixedOff},
		Protocol:  lut.Protocol{Rounds: 7, MinRuns: 5, MaxRuns: 15, BatchModels: 9, GroupTimeUS: 4000, WarmUpUS: 1500},
	}}
	for _, c := range []struct {
		name                          string
		given                         MeasureOptions
		rounds, threads, core         int
		inDefault                     bool
		precision                     string
		groupTime, warmUp, coolDown   time.Duration
		minRuns, maxRuns, batchModels int
	}{
		{"the table's", MeasureOptions{}, 7, 2, 3, true, latency.Int8, 4 * time.Millisecond, 1500 * time.Microsecond, 5 * time.Minute, 5, 15, 9},
		{"given", MeasureOptions{Rounds: 4, Threads: 1, Core: new(0), DefaultMode: new(false), CoolDown: new(time.Duration)},
			4, 1, 0, false, latency.Int8, 4 * time.Millisecond, 1500 * time.Microsecond, 0, 5, 15, 9},
	} {
		o, err := c.given.options(table)
		if err != nil {
			t.Fatalf("%s: %v", c.name, err)
		}
		if *o.Core != c.core || *o.WithDefaults().CoolDown != c.coolDown {
			t.Errorf("%s: core %d, cool-down %v", c.name, *o.Core, *o.WithDefaults().CoolDown)
		}
		got := latency.Options{Rounds: o.Rounds, Threads: o.Threads, DefaultMode: o.DefaultMode, Precision: o.Precision, GroupTime: o.GroupTime,
			WarmUp: o.WarmUp, MinRuns: o.MinRuns, MaxRuns: o.MaxRuns, BatchModels: o.BatchModels}
		want := latency.Options{Rounds: c.rounds, Threads: c.threads, DefaultMode: c.inDefault, Precision: c.precision, GroupTime: c.groupTime,
			WarmUp: c.warmUp, MinRuns: c.minRuns, MaxRuns: c.maxRuns, BatchModels: c.batchModels}
		if got != want {
			t.Errorf("%s: %+v, want %+v", c.name, got, want)
		}
	}
	for want, given := range map[string]MeasureOptions{
		"-1 rounds":          {Rounds: -1},
		"-2 threads":         {Threads: -2},
		"a cool-down of -1s": {CoolDown: new(-time.Second)},
		"a wait of -1s":      {Device: Device{Wait: new(-time.Second)}},
	} {
		if _, err := given.options(table); fault.CodeOf(err) != fault.Usage || err.Error() != want || fault.HintOf(err) == "" {
			t.Errorf("%v (hint %q), want %s", err, fault.HintOf(err), want)
		}
	}
}

// TestProfilePlan: a budget reduces rounds, then rows, and bounds the pauses
// unless they are given.
func TestProfilePlan(t *testing.T) {
	space, err := loadSpace("demo")
	if err != nil {
		t.Fatal(err)
	}
	minute := 5 * time.Minute
	for _, c := range []struct {
		name     string
		budget   *time.Duration
		coolDown *time.Duration
		want     time.Duration
	}{
		{"no budget", nil, nil, minute},
		{"short", new(2 * time.Minute), nil, 2 * time.Minute},
		{"long", new(time.Hour), nil, minute},
		{"asked for", new(2 * time.Minute), &minute, minute},
	} {
		o := ProfileOptions{Budget: c.budget, MeasureOptions: MeasureOptions{CoolDown: c.coolDown}}.withDefaults()
		opts, err := o.plan(space)
		if err != nil {
			t.Fatalf("%s: %v", c.name, err)
		}
		if got := *opts.WithDefaults().CoolDown; got != c.want {
			t.Errorf("%s: pauses of %v in all, want %v", c.name, got, c.want)
		}
	}
}

// TestProfileRefuses impossible profiles before a device is opened.
func TestProfileRefuses(t *testing.T) {
	for want, o := range map[string]ProfileOptions{
		`unknown precision "fp16"`:                 {Precision: "fp16"},
		`unknown execution provider "cuda"`:        {Provider: "cuda"},
		"--budget and --rounds do not go together": {Budget: new(time.Hour), MeasureOptions: MeasureOptions{Rounds: 2}},
		"a budget of 0s":                           {Budget: new(time.Duration)},
		"-1 rows":                                  {MaxRows: new(-1)},
		"1 class":                                  {Classes: 1},
		"1001 classes":                             {Classes: 1001},
		"no table is given to write to":            {},
	} {
		if _, err := Profile(t.Context(), &Env{}, o); fault.CodeOf(err) != fault.Usage || err.Error() != want || fault.HintOf(err) == "" {
			t.Errorf("%v (hint %q), want %s", err, fault.HintOf(err), want)
		}
	}
}
