package profile

import (
	"context"
	"fmt"
	"math"
	"time"

	"fbnas/latency"
	"fbnas/latency/stats"
	"fbnas/lut"
)

const (
	// modeRounds is the number of rounds in each stretch of one mode.
	modeRounds = 6
	// modeWarmUp lets the clocks settle where default mode keeps them under load.
	modeWarmUp = time.Second
)

// stretches has the mode of each stretch in order, true for default mode. The
// order is symmetric, so that a device that slows down steadily is equally slow
// in both modes.
var stretches = []bool{true, false, false, true}

// modes compares both modes on a phone that is measured in fixed-performance
// mode.
func (p *profile) modes(ctx context.Context) error {
	h := &p.draft.Table().Header
	if h.Condition.FixedPerformance != latency.FixedOn || h.DefaultMode != nil {
		return nil
	}
	made := lut.DefaultMode{Network: p.plan.Sentinel.Name}
	if p.reference != nil {
		made.Network = p.reference.Name
	}
	times := map[bool][]float64{}
	for i, inDefault := range stretches {
		if p.opts.Progress != nil {
			p.opts.Progress(Progress{Stage: "modes", Done: i, Total: len(stretches)})
		}
		rounds, err := p.stretch(ctx, inDefault)
		if err != nil {
			return err
		}
		us := p.yardstickUS(rounds)
		if math.IsNaN(us) {
			p.report.Warnings = append(p.report.Warnings, fmt.Sprintf("the default mode is not compared: %s cannot be timed in it", made.Network))
			return nil
		}
		times[inDefault] = append(times[inDefault], us)
		for _, r := range rounds {
			if r.Noisy != "" {
				made.Noisy = r.Noisy
			}
		}
		if inDefault {
			made.Rounds += len(rounds)
		}
	}
	first, second := times[true][0]/times[false][0], times[true][1]/times[false][1]
	made.Ratio, made.Spread = math.Sqrt(first*second), math.Abs(first/second-1)
	h.DefaultMode = &made
	return nil
}

// stretch times the sentinel and the reference network in one mode. Default mode
// is rarely steady, which the spread shows.
func (p *profile) stretch(ctx context.Context, inDefault bool) ([]latency.Round, error) {
	opts := p.opts.Measure
	opts.Rounds, opts.Repeats, opts.WarmUp = modeRounds, nil, modeWarmUp
	opts.AllowNoisy, opts.DefaultMode = true, inDefault
	model := p.plan.Sentinel
	if p.reference != nil {
		model = *p.reference
	}
	var rounds []latency.Round
	err := p.meter.Measure(ctx, latency.Request{
		Sentinel: p.plan.Sentinel, Models: []latency.Model{model}, Batches: [][]int{{0}}, Options: opts,
		OnRound: func(r latency.Round) error {
			p.draft.Journal().Note(r)
			if r.Rejected == "" {
				rounds = append(rounds, r)
			}
			return nil
		},
		OnFailure: func(latency.Failure) error { return nil },
		Done:      func(batch, round int) bool { return false },
	})
	return rounds, err
}

// yardstickUS is the median time of the network that modes compares, in µs; NaN
// without rounds.
func (p *profile) yardstickUS(rounds []latency.Round) float64 {
	if p.reference == nil {
		return latency.SentinelUS(rounds)
	}
	return stats.Median(latency.Figures(rounds)[p.reference.Digest()].MediansUS)
}
