package profile

import (
	"math"
	"time"

	"fbnas/internal/evenly"
	"fbnas/internal/fault"
	"fbnas/latency"
	"fbnas/lut"
	"fbnas/models"
)

// Estimate is what a profile will take on a device that is about as fast as
// the machines that fbnas was made on; the time is a matter of a factor of two
// elsewhere.
type Estimate struct {
	Asked    int           // rows that the space can ask for
	Rows     int           // of them measured; the others are predicted
	Networks int           // timed to calibrate and validate it
	Origin   lut.Origin    // of the certainty that these give the table
	Rounds   int           // of each
	Time     time.Duration // of the whole profile
	RowError float64       // which 90 % of the rows stay below when measured again, relative
}

// What a measurement costs beside the runs themselves, and how fast those are
// expected to be (measured: one core of a 2-core x86-64 machine with AVX-512,
// ONNX Runtime 1.27, profiles of the space demo with 1 to 48 rounds).
const (
	sessionTime  = 6 * time.Millisecond   // export, transfer, creation
	groupTime    = 500 * time.Microsecond // clock probes, records, groups measured again
	callTime     = 3 * time.Microsecond   // of each layer
	macsPerUS    = 20000
	sentinelTime = 45 * time.Microsecond
	// rowError at roundsOfError rounds (docs/background/measuring.md,
	// "The protocol").
	rowError      = 0.015
	roundsOfError = 12
)

// Work is what a profile of a space measures.
type Work struct {
	Blocks   []models.Block // that the space asks for
	Largest  []models.Block // the biggest network
	Networks int            // that are timed
	Origin   lut.Origin     // of the certainty that they give
}

// WorkOf is the work of a space, whose networks have so many classes.
func WorkOf(space models.Space, classes int) Work {
	w := Work{Blocks: space.Blocks(), Largest: space.SupernetBlocks(classes)}
	w.Networks, w.Origin = timedNetworks(space, classes)
	return w
}

// NewEstimate says what a profile will take that measures maxRows blocks at most
// (0: no limit), and the networks beside them.
func NewEstimate(w Work, maxRows int, opts latency.Options) Estimate {
	opts = opts.WithDefaults()
	rows := lut.Rows(w.Blocks)
	e := Estimate{Asked: len(rows), Networks: w.Networks, Origin: w.Origin, Rounds: opts.Rounds}
	if maxRows > 0 {
		rows = evenly.Pick(rows, maxRows)
	}
	e.Rows = len(rows)
	perRound, sessions := time.Duration(0), time.Duration(0)
	add := func(n int, macs int64, layers int) {
		run := time.Duration(layers)*callTime + time.Duration(float64(macs)/macsPerUS)*time.Microsecond
		perRound += time.Duration(n) * (groupTime + groupRuns(run, opts))
		sessions += time.Duration(n) * sessionTime
	}
	for _, b := range rows {
		add(1, models.Count([]models.Block{b}).MACs, 1)
	}
	// Networks are spread over the range: half of the largest on average.
	add(e.Networks, models.Count(w.Largest).MACs/2, len(w.Largest))
	sentinels := (e.Rows + e.Networks) / 12 // groups of it stand between those of the models
	perRound += time.Duration(sentinels) * (groupTime + groupRuns(sentinelTime, opts))
	e.Time = sessions + time.Duration(e.Rounds)*perRound
	e.RowError = rowError * math.Sqrt(roundsOfError/float64(e.Rounds))
	return e
}

// groupRuns is how long the runs of a group last, with those that warm it up.
func groupRuns(run time.Duration, opts latency.Options) time.Duration {
	timed := min(time.Duration(opts.MaxRuns)*run, max(time.Duration(opts.MinRuns)*run, opts.GroupTime))
	return timed + min(time.Duration(opts.MaxRuns)*run, max(2*run, time.Millisecond))
}

// What a budget leaves at least.
const (
	fewest     = 5   // rounds, below which a row's median says too little
	fewestRows = 300 // of a space that is measured in part
)

// WithinBudget returns opts with as many rounds, the default at most, as a
// profile can measure in the time given; where the space is measured in part
// and the fewest rounds take too long, with fewer rows than maxRows as well. It
// depends on nothing but its arguments, so that an interrupted profile goes on
// with the same.
func WithinBudget(w Work, maxRows int, opts latency.Options, budget time.Duration) (latency.Options, int, error) {
	opts = opts.WithDefaults()
	for ; opts.Rounds >= fewest; opts.Rounds-- {
		if NewEstimate(w, maxRows, opts).Time <= budget {
			return opts, maxRows, nil
		}
	}
	opts.Rounds = fewest
	e := NewEstimate(w, maxRows, opts)
	least := max(fewestRows, LeastRows(w.Blocks))
	for e.Rows < e.Asked && e.Time > budget && maxRows > least {
		maxRows = max(least, maxRows*9/10)
		e = NewEstimate(w, maxRows, opts)
	}
	if e.Time <= budget {
		return opts, maxRows, nil
	}
	return opts, maxRows, fault.New(fault.Usage, "Give a larger --budget or a smaller space.",
		"a budget of %v is too small: %d rounds of %d rows, the minimum, take about %v", budget, fewest, e.Rows, e.Time.Round(time.Second))
}
