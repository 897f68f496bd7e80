package latency

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"fbnas/latency/stats"
)

// Result is what a benchmark says of one model. Times are in µs.
type Result struct {
	Name          string    `json:"-"`
	LatencyU      float64   `json:"latency_us"` // as a multiple of the unit
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
	Unusual       *Unusual  `json:"unusual,omitempty"` // in its outputs; nil without any
	// Against is this model held against the first one; nil for that one itself,
	// and where they have too few rounds in common.
	Against *Comparison `json:"against_first,omitempty"`
}

// Unit is what latencies are multiples of: a model and its time in a table, so
// that they can be compared with the table's.
type Unit struct {
	Reference *Model  // nil: the sentinel
	TimeU     float64 // µs; 0: the sentinel's in the measurement itself
}

// Bench times models side by side with the sentinel and the unit's reference,
// and returns their results in the models' order; a model that cannot be
// measured has a Failure.
func Bench(ctx context.Context, meter Meter, sentinel Model, unit Unit, models []Model, opts Options) ([]Result, error) {
	if len(models) == 0 {
		return nil, errors.New("benchmark of no models")
	}
	var rounds []Round
	failures, unusual := map[string]Failure{}, map[string]Unusual{}
	req := Request{
		Sentinel: sentinel, Models: models, Batches: opts.Batches(len(models)), Options: opts,
		OnRound:   func(r Round) error { rounds = append(rounds, r); return nil },
		OnFailure: func(f Failure) error { failures[f.Digest] = f; return nil },
		OnUnusual: func(u Unusual) error { unusual[u.Digest] = u; return nil },
	}
	if r := unit.Reference; r != nil {
		others := slices.DeleteFunc(slices.Clone(models), func(m Model) bool { return m.Digest() == r.Digest() })
		req.Models = slices.Insert(others, 0, *r)
		req.Batches = opts.BatchesBeside(len(req.Models))
	}
	if err := meter.Measure(ctx, req); err != nil {
		return nil, err
	}
	figures := Figures(rounds)
	inUnits, err := unit.figures(rounds, figures, failures)
	if err != nil {
		return nil, err
	}
	if unit.TimeU == 0 {
		unit.TimeU = SentinelU(rounds)
	}
	noisy := ""
	for _, r := range rounds {
		if r.Noisy != "" {
			noisy = r.Noisy
		}
	}
	results := make([]Result, len(models))
	for i, m := range models {
		if f, failed := failures[m.Digest()]; failed {
			results[i] = Result{Name: m.Name, Failure: &f}
			continue
		}
		results[i] = figures[m.Digest()].result(m.Name, noisy)
		if u, ok := unusual[m.Digest()]; ok {
			results[i].Unusual = &u
		}
		results[i].LatencyU = inUnits[m.Digest()].Ratio * unit.TimeU
		if c, ok := compare(rounds, m.Digest(), models[0].Digest()); ok && i > 0 {
			results[i].Against = &c
		}
	}
	return results, nil
}

// figures are ratios to the unit's model.
func (u Unit) figures(rounds []Round, beside map[string]Figure, failures map[string]Failure) (map[string]Figure, error) {
	if u.Reference == nil {
		return beside, nil
	}
	d := u.Reference.Digest()
	if f, failed := failures[d]; failed {
		return nil, fmt.Errorf("time the reference network beside the models: %s: %s", f.Kind, f.Detail)
	}
	return Figures(Beside(rounds, d)), nil
}

func (f Figure) result(name, noisy string) Result {
	if noisy == "" && f.Disturbed {
		noisy = "other work on the core disturbed more than half of its groups"
	}
	return Result{
		Name: name,
		P50U: stats.Median(f.MediansU), P90U: stats.Percentile(f.MediansU, 0.9), MinU: f.MinU,
		IQRFraction: f.IQRFraction, Rounds: len(f.MediansU), DroppedGroups: f.Dropped,
		RawU: f.MediansU, SentinelRatio: f.Ratio, Noisy: noisy,
	}
}
