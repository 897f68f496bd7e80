package lut

import (
	"context"
	"fmt"

	"fbnas/internal/fault"
	"fbnas/latency"
)

// measuring is one stage of a profile: models in batches, their rounds kept in
// a journal.
type measuring struct {
	meter    latency.Meter
	sentinel latency.Model
	options  latency.Options // defaults spelled out
	lenient  bool            // rejected rounds count where the device does not settle
	stage    string
	models   []latency.Model
	journal  *journal
	file     *file // nil: nothing is kept
	progress func(Progress)

	digests []string // of models
	ids     []string // of the batches asked for
	asked   [][]int
	done    int
	total   int
}

// results of a stage, by model digest.
type results struct {
	figures  map[string]figure
	failures map[string]latency.Failure
	rounds   []latency.Round
	noisy    string // why rejected rounds had to count
}

// run measures what the journal does not have yet.
func (m *measuring) run(ctx context.Context) (results, error) {
	m.plan()
	m.report()
	var noisy string
	for {
		before := m.done
		err := m.meter.Measure(ctx, m.request(noisy != ""))
		if err == nil {
			break
		}
		settles := fault.CodeOf(err) != fault.Unstable || !m.lenient
		if settles || noisy != "" && m.done == before {
			return results{}, err
		}
		noisy = err.Error()
		m.recount()
	}
	res := results{
		figures: map[string]figure{}, failures: m.journal.failures,
		rounds: m.journal.of(m.ids, noisy != ""), noisy: noisy,
	}
	if len(res.rounds) == 0 {
		return results{}, fmt.Errorf("the device could run none of %d models%s", len(m.models), m.firstFailure())
	}
	for _, d := range m.digests {
		if _, failed := res.failures[d]; failed {
			continue
		}
		f, ok := figureOf(res.rounds, d)
		if !ok {
			return results{}, fmt.Errorf("the device reported nothing of model %.12s", d)
		}
		res.figures[d] = f
	}
	return res, nil
}

func (m *measuring) firstFailure() string {
	for _, d := range m.digests {
		if f, ok := m.journal.failures[d]; ok {
			return fmt.Sprintf(", the first: %s: %s", f.Kind, f.Detail)
		}
	}
	return ""
}

// plan deals out the batches. They are named before known failures are left
// out of them: a model that fails does not make its batch another one.
func (m *measuring) plan() {
	m.digests = make([]string, len(m.models))
	for i, model := range m.models {
		m.digests[i] = model.Digest()
	}
	sentinel := m.sentinel.Digest()
	for _, batch := range batches(len(m.models), m.options.BatchModels-1, m.options.Seed) {
		id := batchID(sentinel, m.digests, batch)
		var alive []int
		for _, i := range batch {
			if _, failed := m.journal.failures[m.digests[i]]; !failed {
				alive = append(alive, i)
			}
		}
		if len(alive) > 0 {
			m.asked = append(m.asked, alive)
			m.ids = append(m.ids, id)
		}
	}
	m.recount()
}

func (m *measuring) recount() {
	m.done, m.total = 0, 0
	for i, batch := range m.asked {
		m.total += len(batch) * m.options.Rounds
		m.done += len(batch) * len(m.journal.of(m.ids[i:i+1], false))
	}
}

func (m *measuring) report() {
	if m.progress != nil {
		m.progress(Progress{Stage: m.stage, Done: min(m.done, m.total), Total: m.total})
	}
}

func (m *measuring) request(lenient bool) latency.Request {
	return latency.Request{
		Sentinel: m.sentinel, Models: m.models, Batches: m.asked, Options: m.options,
		Done: func(batch, round int) bool {
			return m.journal.done(roundID{m.ids[batch], round}, lenient)
		},
		OnRound: func(r latency.Round) error {
			if r.Batch < 0 || r.Batch >= len(m.ids) {
				return fmt.Errorf("the device reported batch %d of %d", r.Batch, len(m.ids))
			}
			if err := checkRound(r); err != nil {
				return fmt.Errorf("round %d of batch %d: %w", r.Round, r.Batch, err)
			}
			j := journaled{Batch: m.ids[r.Batch], Round: r}
			if err := m.keep(typeRound, j); err != nil {
				return err
			}
			m.journal.addRound(j)
			if r.Rejected == "" || lenient {
				m.done += len(m.asked[r.Batch])
			}
			m.report()
			return nil
		},
		OnFailure: func(f latency.Failure) error {
			if err := m.keep(typeFailure, f); err != nil {
				return err
			}
			m.journal.failures[f.Digest] = f
			return nil
		},
	}
}

// keep makes a record safe before it counts.
func (m *measuring) keep(kind string, v any) error {
	if m.file == nil {
		return nil
	}
	line, err := m.file.append(kind, v)
	if err != nil {
		return err
	}
	m.journal.lines = append(m.journal.lines, line)
	return nil
}
