package agent

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"slices"

	"fbnas/internal/random"
	"fbnas/latency/stats"
	"fbnas/latency/wire"
)

// between is the number of models between two groups of the sentinel, which also
// runs at the beginning, in the middle and at the end of every round.
const between = 16

// entry is a model with an open session; a model that failed has none.
type entry struct {
	digest   string
	sentinel bool
	session  Session
}

// batch opens the sessions of b and measures its rounds.
func (s *server) batch(b wire.Batch) error {
	sentinel := &entry{digest: s.req.Sentinel, sentinel: true}
	models := make([]*entry, len(b.Models))
	for i, digest := range b.Models {
		models[i] = &entry{digest: digest}
	}
	all := append([]*entry{sentinel}, models...)
	defer func() {
		for _, e := range all {
			e.close()
		}
		s.machine.Collect()
	}()
	for _, e := range all {
		if err := s.open(b.Batch, e); err != nil {
			return err
		}
	}
	if err := s.out.Send(wire.TypeBegin, wire.Begin{Batch: b.Batch, Digest: sentinel.digest}); err != nil {
		return err
	}
	if err := s.guard(sentinel.digest, func() error { return s.warm(sentinel, us(s.req.Options.WarmUpUS), 1, 0) }); err != nil {
		return s.failed(sentinel, err)
	}
	repeats := s.req.Options.Repeats
	for _, round := range b.Rounds {
		if err := s.untilCalm(b.Batch, round, sentinel, models, &repeats); err != nil {
			return err
		}
	}
	return nil
}

func (e *entry) close() {
	if e.session != nil {
		e.session.Close()
		e.session = nil
	}
}

// open creates a session, runs it once and checks its outputs. A model that fails
// is reported and left without a session.
func (s *server) open(batch int, e *entry) error {
	model, err := s.read(e.digest)
	if err != nil {
		return err
	}
	if err := s.out.Send(wire.TypeBegin, wire.Begin{Batch: batch, Digest: e.digest}); err != nil {
		return err
	}
	var found wire.Unusual
	err = s.guard(e.digest, func() error {
		session, err := s.machine.Load(model, s.req.Options.Seed)
		if err != nil {
			return err
		}
		e.session = session
		if err := session.Run(); err != nil {
			return err
		}
		found, err = session.Check()
		return err
	})
	s.machine.Collect() // the model's bytes
	if err == nil {
		err = s.withinMemory()
	}
	if err == nil && found.Any() {
		err = s.unusual(e, found)
	}
	if err != nil {
		return s.failed(e, err)
	}
	return nil
}

// unusual reports outputs that make a time doubtful, or refuses the model.
func (s *server) unusual(e *entry, found wire.Unusual) error {
	if e.sentinel || !s.req.Options.AnyOutput {
		return &wire.Failure{Kind: wire.KindBadOutput, Detail: "its outputs hold " + found.String()}
	}
	found.Digest = e.digest
	return s.out.Send(wire.TypeUnusual, found)
}

// read returns a model file after comparing its digest with its name.
func (s *server) read(digest string) ([]byte, error) {
	name := digest + ".onnx"
	info, err := fs.Stat(s.cfg.Models, name)
	if err != nil {
		return nil, &wire.Error{Kind: wire.ErrorModels, Detail: err.Error()}
	}
	if info.Size() > wire.MaxModelBytes {
		return nil, &wire.Error{Kind: wire.ErrorModels, Detail: fmt.Sprintf("%s: %d bytes, the limit is %d", name, info.Size(), wire.MaxModelBytes)}
	}
	model, err := fs.ReadFile(s.cfg.Models, name)
	if err != nil {
		return nil, &wire.Error{Kind: wire.ErrorModels, Detail: err.Error()}
	}
	if sum := sha256.Sum256(model); hex.EncodeToString(sum[:]) != digest {
		return nil, &wire.Error{Kind: wire.ErrorModels, Detail: name + ": the file does not match the digest in its name"}
	}
	return model, nil
}

func (s *server) withinMemory() error {
	resident, limit := s.machine.Memory()
	if s.req.Options.MemoryBytes > 0 {
		limit = s.req.Options.MemoryBytes
	}
	if limit == 0 || resident <= limit {
		return nil
	}
	return &wire.Failure{Kind: wire.KindOOM, Detail: fmt.Sprintf("its session brings the agent to %d MiB, the limit is %d MiB", resident>>20, limit>>20)}
}

// failed reports a model that cannot be measured and closes its session. A
// failure of the sentinel, or one that no model causes, ends the run.
func (s *server) failed(e *entry, err error) error {
	var f *wire.Failure
	if !errors.As(err, &f) {
		return err
	}
	e.close()
	if e.sentinel {
		return &wire.Error{Kind: wire.ErrorSentinel, Detail: f.Error()}
	}
	return s.out.Send(wire.TypeFailure, wire.Failure{Digest: e.digest, Kind: f.Kind, Detail: f.Detail})
}

// untilCalm measures a round until it counts; each rejected one uses up one of
// the batch's repeats. When none are left the device is unstable or, where noise
// is allowed, the round counts and is marked.
func (s *server) untilCalm(batch, round int, sentinel *entry, models []*entry, repeats *int) error {
	for {
		groups, err := s.round(batch, round, sentinel, models)
		if err != nil {
			return err
		}
		end := wire.RoundEnd{Batch: batch, Round: round, Groups: len(groups)}
		median, reason := s.judge(groups)
		last := *repeats <= 0
		if reason != "" && last && s.req.Options.AllowNoisy {
			end.Noisy = reason
		} else {
			end.Rejected = reason
		}
		if err := s.out.Send(wire.TypeRound, end); err != nil {
			return err
		}
		if end.Rejected == "" {
			s.drift.Accept(median)
			return nil
		}
		if last {
			return &wire.Error{Kind: wire.ErrorUnstable,
				Detail: fmt.Sprintf("batch %d, round %d: %s; %d rounds were repeated before it", batch, round, reason, s.req.Options.Repeats)}
		}
		*repeats--
	}
}

// judge returns the sentinel's median in a round, and why the round does not
// count, "" if it does.
func (s *server) judge(sentinel []wire.Group) (median float64, reason string) {
	var medians []float64
	dropped := 0
	for _, g := range sentinel {
		if g.Digest != s.req.Sentinel {
			continue
		}
		medians = append(medians, g.MedianUS)
		if g.Dropped {
			dropped++
		}
	}
	median = stats.Median(medians)
	if 2*dropped > len(medians) {
		return median, fmt.Sprintf("%d of the sentinel's %d groups were dropped: other work on the core", dropped, len(medians))
	}
	if excess, drifted := s.drift.Excess(median); drifted {
		return median, fmt.Sprintf("the sentinel is %.1f %% slower than its best, %.1f %% is the threshold", 100*excess, 100*s.drift.Threshold())
	}
	return median, ""
}

// round measures one group of every open model, in the order drawn from the seed,
// and the sentinel's groups between them.
func (s *server) round(batch, round int, sentinel *entry, models []*entry) ([]wire.Group, error) {
	s.machine.Collect()
	queue := s.queue(batch, round, sentinel, models)
	var groups []wire.Group
	for i, e := range queue {
		if e.session == nil {
			continue
		}
		if err := s.ctx.Err(); err != nil {
			return nil, err
		}
		var g wire.Group
		err := s.guard(e.digest, func() (err error) {
			g, err = s.group(e)
			return err
		})
		if err != nil {
			if err := s.failed(e, err); err != nil {
				return nil, err
			}
			continue
		}
		g.Batch, g.Round = batch, round
		rec := wire.GroupRecord{Group: g, Sentinel: e.sentinel}
		if next := slices.IndexFunc(queue[i+1:], func(e *entry) bool { return e.session != nil }); next >= 0 {
			rec.Next = queue[i+1+next].digest
		}
		if err := s.out.Send(wire.TypeGroup, rec); err != nil {
			return nil, err
		}
		groups = append(groups, g)
	}
	return groups, nil
}

// queue is the order of a round.
func (s *server) queue(batch, round int, sentinel *entry, models []*entry) []*entry {
	order := random.New(s.req.Options.Seed, "latency order", uint64(batch), uint64(round)).Perm(len(models))
	step := min(between, (len(models)+1)/2)
	queue := []*entry{sentinel}
	for i, m := range order {
		queue = append(queue, models[m])
		if (i+1)%step == 0 && i+1 < len(order) {
			queue = append(queue, sentinel)
		}
	}
	return append(queue, sentinel)
}
