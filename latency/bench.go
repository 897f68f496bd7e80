package latency

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"fbnas/latency/stats"
)

// Result is a benchmark's result for one model. Times are in µs.
type Result struct {
	Name          string    `json:"-"`
	LatencyUS     float64   `json:"latency_us"` // normalised by the unit
	P50US         float64   `json:"p50_us"`     // of RawUS
	P90US         float64   `json:"p90_us"`
	MinUS         float64   `json:"min_us"`
	IQRFraction   float64   `json:"iqr_fraction"` // of the ratios
	Rounds        int       `json:"rounds"`       // that count
	DroppedGroups int       `json:"dropped_groups"`
	RawUS         []float64 `json:"raw_us"` // medians of the rounds
	SentinelRatio float64   `json:"sentinel_ratio"`
	Noisy         string    `json:"noisy,omitempty"` // why it is not reliable, "" if it is
	Failure       *Failure  `json:"failure,omitempty"`
	Unusual       *Unusual  `json:"unusual,omitempty"` // in its outputs; nil if there are none
	// Against compares this model with the first one; nil for the first itself,
	// and where they have too few rounds in common.
	Against *Comparison `json:"against_first,omitempty"`
}

// Unit is what latencies are normalised by: a model and its time in a table, so
// that they can be compared with the table's.
type Unit struct {
	Reference *Model  // nil: the sentinel
	TimeUS    float64 // µs; 0: the sentinel's in the measurement itself
}

// Benchmark is what Bench times: models side by side, with the sentinel and the
// unit's reference.
type Benchmark struct {
	Sentinel Model
	Unit     Unit
	Models   []Model
	Options  Options
}

// Bench returns the results of a benchmark in the models' order; a model that
// cannot be measured has a Failure.
func Bench(ctx context.Context, meter Meter, b Benchmark) ([]Result, error) {
	if len(b.Models) == 0 {
		return nil, errors.New("benchmark of no models")
	}
	seen := observations{failures: map[string]Failure{}, unusual: map[string]Unusual{}}
	if err := meter.Measure(ctx, b.request(&seen)); err != nil {
		return nil, err
	}
	figures := Figures(seen.rounds)
	inUnits, err := b.Unit.figures(figures, seen)
	if err != nil {
		return nil, err
	}
	unitUS := b.Unit.TimeUS
	if unitUS == 0 {
		unitUS = SentinelUS(seen.rounds)
	}
	results := make([]Result, len(b.Models))
	for i, m := range b.Models {
		d := m.Digest()
		results[i] = seen.result(m, figures[d])
		if results[i].Failure != nil {
			continue
		}
		results[i].LatencyUS = inUnits[d].Ratio * unitUS
		if c, ok := compare(seen.rounds, d, b.Models[0].Digest()); ok && i > 0 {
			results[i].Against = &c
		}
	}
	return results, nil
}

// request asks for the models other than the reference, which is in each batch.
func (b Benchmark) request(seen *observations) Request {
	req := Request{
		Sentinel: b.Sentinel, Models: b.Models, Batches: b.Options.Batches(len(b.Models)), Options: b.Options,
		OnRound:   func(r Round) error { seen.rounds = append(seen.rounds, r); return nil },
		OnFailure: func(f Failure) error { seen.failures[f.Digest] = f; return nil },
		OnUnusual: func(u Unusual) error { seen.unusual[u.Digest] = u; return nil },
	}
	if r := b.Unit.Reference; r != nil {
		others := slices.DeleteFunc(slices.Clone(b.Models), func(m Model) bool { return m.Digest() == r.Digest() })
		req.Models = slices.Insert(others, 0, *r)
		req.Batches = b.Options.BatchesBeside(len(req.Models))
	}
	return req
}

// observations are what a measurement reports, by the models' digests.
type observations struct {
	rounds   []Round
	failures map[string]Failure
	unusual  map[string]Unusual
}

// figures are ratios to the unit's model.
func (u Unit) figures(beside map[string]Figure, seen observations) (map[string]Figure, error) {
	if u.Reference == nil {
		return beside, nil
	}
	d := u.Reference.Digest()
	if f, failed := seen.failures[d]; failed {
		return nil, fmt.Errorf("time the reference network beside the models: %s: %s", f.Kind, f.Detail)
	}
	return Figures(Beside(seen.rounds, d)), nil
}

// result is a model's result, without the comparison with others.
func (o observations) result(m Model, f Figure) Result {
	if failure, failed := o.failures[m.Digest()]; failed {
		return Result{Name: m.Name, Failure: &failure}
	}
	r := Result{
		Name:  m.Name,
		P50US: stats.Median(f.MediansUS), P90US: stats.Percentile(f.MediansUS, 0.9), MinUS: f.MinUS,
		IQRFraction: f.IQRFraction, Rounds: len(f.MediansUS), DroppedGroups: f.Dropped,
		RawUS: f.MediansUS, SentinelRatio: f.Ratio, Noisy: o.noisy(f),
	}
	if u, ok := o.unusual[m.Digest()]; ok {
		r.Unusual = &u
	}
	return r
}

// noisy says why a model's figure is not reliable, "" if it is.
func (o observations) noisy(f Figure) (reason string) {
	for _, r := range o.rounds {
		if r.Noisy != "" {
			reason = r.Noisy
		}
	}
	if reason == "" && f.Disturbed {
		reason = "other work on the core disturbed more than half of its groups"
	}
	return reason
}
