package latency

import (
	"context"
	"errors"

	"fbnas/latency/stats"
)

// Result is what a benchmark says of one model. Times are in µs.
type Result struct {
	Name          string    `json:"-"`
	LatencyU      float64   `json:"latency_us"` // SentinelRatio times the sentinel's time
	P50U          float64   `json:"p50_us"`     // of RawU
	P90U          float64   `json:"p90_us"`
	MinU          float64   `json:"min_us"`
	IQRFraction   float64   `json:"iqr_fraction"` // of the ratios
	Rounds        int       `json:"rounds"`       // that count
	DroppedGroups int       `json:"dropped_groups"`
	RawU          []float64 `json:"raw_us"` // medians of the rounds
	SentinelRatio float64   `json:"sentinel_ratio"`
	Noisy         string    `json:"noisy,omitempty"` // why not to rely on it, "" when there is no reason
	Failure       *Failure  `json:"failure,omitempty"`
	// Against is this model held against the first one; nil for that one itself,
	// and where they have too few rounds in common.
	Against *Comparison `json:"against_first,omitempty"`
}

// Bench times models side by side with the sentinel and returns their results
// in the models' order; a model that cannot be measured has a Failure.
// sentinelU is the sentinel's time in the table that latencies are to be
// compared with, in µs; 0 takes the one of this measurement.
func Bench(ctx context.Context, meter Meter, sentinel Model, sentinelU float64, models []Model, opts Options) ([]Result, error) {
	if len(models) == 0 {
		return nil, errors.New("benchmark of no models")
	}
	var rounds []Round
	failures := map[string]Failure{}
	err := meter.Measure(ctx, Request{
		Sentinel: sentinel, Models: models, Batches: opts.Batches(len(models)), Options: opts,
		OnRound:   func(r Round) error { rounds = append(rounds, r); return nil },
		OnFailure: func(f Failure) error { failures[f.Digest] = f; return nil },
	})
	if err != nil {
		return nil, err
	}
	if sentinelU == 0 {
		sentinelU = SentinelU(rounds)
	}
	noisy := ""
	for _, r := range rounds {
		if r.Noisy != "" {
			noisy = r.Noisy
		}
	}
	figures := Figures(rounds)
	results := make([]Result, len(models))
	for i, m := range models {
		if f, failed := failures[m.Digest()]; failed {
			results[i] = Result{Name: m.Name, Failure: &f}
			continue
		}
		results[i] = figures[m.Digest()].result(m.Name, sentinelU, noisy)
		if c, ok := compare(rounds, m.Digest(), models[0].Digest()); ok && i > 0 {
			results[i].Against = &c
		}
	}
	return results, nil
}

func (f Figure) result(name string, sentinelU float64, noisy string) Result {
	if noisy == "" && f.Disturbed {
		noisy = "other work on the core disturbed more than half of its groups"
	}
	return Result{
		Name: name, LatencyU: f.Ratio * sentinelU,
		P50U: stats.Median(f.MediansU), P90U: stats.Percentile(f.MediansU, 0.9), MinU: f.MinU,
		IQRFraction: f.IQRFraction, Rounds: len(f.MediansU), DroppedGroups: f.Dropped,
		RawU: f.MediansU, SentinelRatio: f.Ratio, Noisy: noisy,
	}
}
