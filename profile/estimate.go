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

// Estimate is what a profile is expected to take on a device about as fast as the
// machines on which fbnas was developed; on others the time may differ by a
// factor of two.
type Estimate struct {
	Asked    int           // rows that the space can ask for
	Rows     int           // of them measured; the others are predicted
	Networks int           // timed to calibrate and validate the table
	Origin   lut.Origin    // of the certainty that these networks give the table
	Rounds   int           // of each model
	Time     time.Duration // of the whole profile
	RowError float64       // relative error that 90 % of the rows stay below when measured again
}

// The cost of a measurement besides the runs, and the expected speed of these
// (measured: one core of a 2-core x86-64 machine with AVX-512, ONNX Runtime 1.27,
// profiles of the space demo with 1 to 48 rounds).
const (
	sessionTime  = 6 * time.Millisecond   // export, transfer, creation
	groupTime    = 500 * time.Microsecond // clock probes, records, groups measured again
	callTime     = 3 * time.Microsecond   // per layer
	macsPerUS    = 20000
	sentinelTime = 45 * time.Microsecond
	// rowError is the error after roundsOfError rounds
	// (docs/background/measuring.md, "The protocol").
	rowError      = 0.015
	roundsOfError = 12
)

// Work is what a profile of a space measures.
type Work struct {
	Blocks   []models.Block // that the space asks for
	Largest  []models.Block // the largest network
	Networks int            // number to time
	Origin   lut.Origin     // of the certainty that they give
}

// WorkOf is the work for a space whose networks have the given number of classes.
func WorkOf(space models.Space, classes int) Work {
	w := Work{Blocks: space.Blocks(), Largest: space.SupernetBlocks(classes)}
	w.Networks, w.Origin = timedNetworks(space, classes)
	return w
}

// NewEstimate estimates a profile that measures at most maxRows blocks (0: no
// limit), and the networks besides them.
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
	// Networks are spread over the range: on average half as large as the
	// largest.
	add(e.Networks, models.Count(w.Largest).MACs/2, len(w.Largest))
	sentinels := (e.Rows + e.Networks) / 12 // its groups between those of the models
	perRound += time.Duration(sentinels) * (groupTime + groupRuns(sentinelTime, opts))
	e.Time = sessions + time.Duration(e.Rounds)*perRound
	e.RowError = rowError * math.Sqrt(roundsOfError/float64(e.Rounds))
	return e
}

// groupRuns is how long the runs of a group take, including its warm-up.
func groupRuns(run time.Duration, opts latency.Options) time.Duration {
	timed := min(time.Duration(opts.MaxRuns)*run, max(time.Duration(opts.MinRuns)*run, opts.GroupTime))
	return timed + min(time.Duration(opts.MaxRuns)*run, max(2*run, time.Millisecond))
}

// The least that a budget leaves.
const (
	fewest     = 5   // rounds; with fewer, a row's median is not reliable
	fewestRows = 300 // of a space that is measured in part
)

// WithinBudget returns opts with as many rounds, at most the default, as a
// profile can measure in the given time. Where the space is measured in part and
// the fewest rounds take too long, it also returns fewer rows than maxRows. It
// depends only on its arguments, so that an interrupted profile resumes with the
// same numbers.
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
