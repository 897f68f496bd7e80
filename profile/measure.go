package profile

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"

	"fbnas/internal/fault"
	"fbnas/internal/random"
	"fbnas/latency"
	"fbnas/lut"
)

// measurement is one stage of a profile: models in batches, whose rounds are kept
// in a journal.
type measurement struct {
	meter    latency.Meter
	beside   Yardsticks
	options  latency.Options // with defaults filled in
	stage    string
	models   []latency.Model // without repetitions
	journal  *lut.Journal
	progress func(Progress)

	digests      []string // of models
	batchIndices [][]int  // batches, as indices of models
	ids          []string // of batches
	done         int      // groups
	total        int
}

// Yardsticks are the models beside which others are timed.
type Yardsticks struct {
	Sentinel  latency.Model
	Reference *latency.Model // for whole networks; nil: the sentinel serves for them too
}

// results are the results of a stage.
type results struct {
	rounds   []latency.Round
	figures  map[string]latency.Figure // beside the sentinel, by model digest
	networks map[string]latency.Figure // beside the reference; nil without one that runs
	failure  func(digest string) (why latency.Failure, ok bool)
	noisy    string // why the figures cannot be trusted, "" when they can
}

// run measures what the journal lacks, and decides whether the figures can be
// trusted; everything that is measured for a table passes through here. If they
// cannot, and the options do not allow it, the error is fault.Unstable.
func (m *measurement) run(ctx context.Context) (results, error) {
	m.plan()
	m.report()
	if err := m.meter.Measure(ctx, m.request()); err != nil {
		return results{}, err
	}
	res := results{rounds: m.rounds(), failure: m.journal.Failure}
	if len(res.rounds) == 0 {
		return results{}, fmt.Errorf("the device could run none of %d models%s", len(m.models), m.firstFailure())
	}
	res.figures = latency.Figures(res.rounds)
	if r := m.beside.Reference; r != nil {
		if _, failed := res.failure(r.Digest()); !failed {
			res.networks = latency.Figures(latency.Beside(res.rounds, r.Digest()))
		}
	}
	for _, d := range m.digests {
		_, failed := res.failure(d)
		if _, ok := res.figures[d]; !ok && !failed {
			return results{}, fmt.Errorf("the device reported nothing about model %.12s", d)
		}
	}
	if res.noisy = unsteady(res.rounds, res.figures); res.noisy != "" && !m.options.AllowNoisy {
		return res, fault.New(fault.Unstable, unsteadyHint, "the device did not settle: %s", res.noisy)
	}
	return res, nil
}

func (m *measurement) firstFailure() string {
	for _, d := range m.digests {
		if f, ok := m.journal.Failure(d); ok {
			return fmt.Sprintf(", the first: %s: %s", f.Kind, f.Detail)
		}
	}
	return ""
}

// plan puts the batches into a seeded order, so that similar models are not all
// measured while the machine is slow. Batches are identified before known
// failures are left out, so that a failure does not change a batch's identity.
func (m *measurement) plan() {
	shuffled := make([]latency.Model, len(m.models))
	for i, from := range random.New(m.options.Seed, "lut/batches").Perm(len(m.models)) {
		shuffled[i] = m.models[from]
	}
	m.models = shuffled
	if r := m.beside.Reference; r != nil {
		others := slices.DeleteFunc(shuffled, func(o latency.Model) bool { return o.Digest() == r.Digest() })
		m.models = slices.Insert(others, 0, *r)
	}
	for _, model := range m.models {
		m.digests = append(m.digests, model.Digest())
	}
	for _, batch := range m.batches() {
		id := batchID(m.beside.Sentinel.Digest(), m.digests, batch)
		var alive []int
		for _, i := range batch {
			if _, failed := m.journal.Failure(m.digests[i]); !failed {
				alive = append(alive, i)
			}
		}
		if len(alive) == 0 {
			continue
		}
		m.batchIndices, m.ids = append(m.batchIndices, alive), append(m.ids, id)
		m.total += len(alive) * m.options.Rounds
		m.done += len(alive) * len(m.journal.Rounds(id, m.options.AllowNoisy))
	}
}

// batchID identifies a batch by the sentinel and its models.
func batchID(sentinel string, digests []string, batch []int) string {
	h := sha256.New()
	fmt.Fprintln(h, sentinel)
	for _, i := range batch {
		fmt.Fprintln(h, digests[i])
	}
	return hex.EncodeToString(h.Sum(nil)[:16])
}

// batches distributes m.models over batches; the reference, which comes first, is
// in each.
func (m *measurement) batches() [][]int {
	if m.beside.Reference == nil {
		return m.options.Batches(len(m.models))
	}
	return m.options.BatchesBeside(len(m.models))
}

// rounds returns the rounds that count, numbered by the requested batches.
func (m *measurement) rounds() []latency.Round {
	var out []latency.Round
	for batch, id := range m.ids {
		for _, r := range m.journal.Rounds(id, m.options.AllowNoisy) {
			r.Batch = batch
			out = append(out, r)
		}
	}
	return out
}

func (m *measurement) report() {
	if m.progress != nil {
		m.progress(Progress{Stage: m.stage, Done: m.done, Total: m.total})
	}
}

func (m *measurement) request() latency.Request {
	req := latency.Request{
		Sentinel: m.beside.Sentinel, Models: m.models, Batches: m.batchIndices, Options: m.options,
		Done: func(batch, round int) bool {
			return m.journal.Has(m.ids[batch], round, m.options.AllowNoisy)
		},
		OnRound:   m.onRound,
		OnFailure: m.journal.Fail,
	}
	for _, r := range m.rounds() {
		req.SentinelUS = append(req.SentinelUS, r.SentinelUS())
	}
	return req
}

func (m *measurement) onRound(r latency.Round) error {
	if r.Batch < 0 || r.Batch >= len(m.ids) {
		return fmt.Errorf("the device reported batch %d of %d", r.Batch, len(m.ids))
	}
	if err := m.journal.Add(m.ids[r.Batch], r); err != nil {
		return err
	}
	if r.Rejected == "" {
		m.done += len(m.batchIndices[r.Batch])
	}
	m.report()
	return nil
}
