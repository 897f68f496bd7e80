package latency

import (
	"cmp"
	"fmt"
	"time"

	"fbnas/internal/fault"
	"fbnas/latency/wire"
)

// roundKey identifies a round of a batch.
type roundKey struct{ batch, round int }

// job is one measurement: what was requested, and what is there.
type job struct {
	req      Request
	opts     Options
	sentinel string
	digests  []string         // of req.Models
	models   map[string]Model // by digest
	done     map[roundKey]bool
	failed   map[string]bool
	strikes  map[string]int
	medians  []float64 // of the sentinel, in accepted rounds
	open     Round     // the present round
	progress int       // rounds and failures so far
	culprit  string    // the model that the agent is busy with, "" if unknown

	at       time.Duration // by the clock of the running agent
	course   Course        // since the last round
	noisy    string        // why rounds are noisy at present, besides the agent's reasons
	pause    time.Duration // the last one
	pausedAt int           // progress before the last pause
	repeated map[int]int   // per batch: rejected rounds that were followed by accepted ones
	rejected int           // consecutive rejected rounds
}

func newJob(req Request) *job {
	j := &job{
		req: req, opts: req.Options.WithDefaults(), sentinel: req.Sentinel.Digest(),
		models: map[string]Model{}, done: map[roundKey]bool{}, failed: map[string]bool{}, strikes: map[string]int{}, repeated: map[int]int{},
		medians: append([]float64(nil), req.SentinelUS...),
	}
	for _, m := range req.Models {
		digest := m.Digest()
		j.digests = append(j.digests, digest)
		j.models[digest] = m
	}
	return j
}

// remaining lists the batches with rounds that are still to be measured. A model
// that occurs twice is measured once, and one that equals the sentinel not at
// all: see close.
func (j *job) remaining() []wire.Batch {
	var out []wire.Batch
	for b, indices := range j.req.Batches {
		batch := wire.Batch{Batch: b}
		wanted := false
		seen := map[string]bool{j.sentinel: true}
		for _, i := range indices {
			digest := j.digests[i]
			if j.failed[digest] {
				continue
			}
			wanted = true
			if !seen[digest] {
				seen[digest] = true
				batch.Models = append(batch.Models, digest)
			}
		}
		for r := range j.opts.Rounds {
			if !j.done[roundKey{b, r}] && (j.req.Done == nil || !j.req.Done(b, r)) {
				batch.Rounds = append(batch.Rounds, r)
			}
		}
		if wanted && len(batch.Rounds) > 0 {
			out = append(out, batch)
		}
	}
	return out
}

func (j *job) request(batches []wire.Batch) wire.Request {
	j.culprit, j.open, j.at, j.rejected = "", Round{}, 0, 0
	return wire.Request{
		Protocol: wire.Protocol, Op: wire.OpMeasure, Options: j.opts.wire(),
		Sentinel: j.sentinel, Batches: batches, SentinelUS: j.medians,
	}
}

// record processes one record of the agent.
func (j *job) record(rec wire.Record) error {
	switch rec.Type {
	case wire.TypeBegin:
		b, err := wire.Decode[wire.Begin](rec)
		j.culprit = b.Digest
		return err
	case wire.TypeGroup:
		g, err := wire.Decode[wire.GroupRecord](rec)
		if err != nil {
			return err
		}
		return j.group(rec.Seq, g)
	case wire.TypeRound:
		r, err := wire.Decode[wire.RoundEnd](rec)
		if err != nil {
			return err
		}
		return j.close(rec.Seq, r)
	case wire.TypeUnusual:
		u, err := wire.Decode[wire.Unusual](rec)
		if err != nil || j.req.OnUnusual == nil {
			return err
		}
		return j.req.OnUnusual(u)
	case wire.TypeFailure:
		f, err := wire.Decode[wire.Failure](rec)
		if err != nil {
			return err
		}
		j.culprit = ""
		if f.Kind == wire.KindTimeout {
			return j.strike(f)
		}
		return j.fail(f)
	}
	return nil
}

func (j *job) group(line int, g wire.GroupRecord) error {
	open := len(j.open.Sentinel)+len(j.open.Groups) > 0
	switch {
	case g.Batch < 0 || g.Batch >= len(j.req.Batches) || g.Round < 0 || g.Round >= j.opts.Rounds,
		open && (g.Batch != j.open.Batch || g.Round != j.open.Round):
		return &wire.CorruptError{Line: line, Reason: fmt.Sprintf("a group of batch %d, round %d", g.Batch, g.Round)}
	case g.Sentinel != (g.Digest == j.sentinel):
		return &wire.CorruptError{Line: line, Reason: "a group that is wrong about being the sentinel's"}
	case !g.Sentinel && j.models[g.Digest].Bytes == nil:
		return &wire.CorruptError{Line: line, Reason: "a group of a model that was not requested"}
	}
	j.open.Batch, j.open.Round = g.Batch, g.Round
	j.at = time.Duration(g.AtUS * float64(time.Microsecond))
	if g.Sentinel {
		j.open.Sentinel = append(j.open.Sentinel, g.Group)
	} else {
		j.open.Groups = append(j.open.Groups, g.Group)
	}
	j.culprit = g.Next
	return nil
}

// close passes on the present round. A model that equals the sentinel gets the
// sentinel's last group.
func (j *job) close(line int, end wire.RoundEnd) error {
	round := j.open
	j.open = Round{}
	j.culprit = j.sentinel
	if end.Batch != round.Batch || end.Round != round.Round || len(round.Sentinel) < 2 ||
		end.Groups != len(round.Sentinel)+len(round.Groups) {
		return &wire.CorruptError{Line: line, Reason: "a round without all its groups"}
	}
	for _, i := range j.req.Batches[round.Batch] {
		if j.digests[i] == j.sentinel {
			round.Groups = append(round.Groups, round.Sentinel[len(round.Sentinel)-1])
			break
		}
	}
	round.Rejected, round.Noisy = end.Rejected, end.Noisy
	unrest := j.unrest(round)
	if round.Rejected == "" && round.Noisy == "" {
		round.Noisy = cmp.Or(j.noisy, unrest)
	}
	if course := j.course; course != (Course{}) {
		round.Course, j.course = &course, Course{}
	}
	if unrest != "" && !j.opts.AllowNoisy {
		return &wire.Error{Kind: wire.ErrorUnstable, Detail: unrest}
	}
	if round.Rejected == "" {
		j.done[roundKey{round.Batch, round.Round}] = true
		j.medians = append(j.medians, round.SentinelUS())
		j.progress++
	}
	if j.req.OnRound != nil {
		if err := j.req.OnRound(round); err != nil {
			return err
		}
	}
	if j.still() && !j.opts.AllowNoisy {
		return &wire.Error{Kind: wire.ErrorUnstable, Detail: fmt.Sprintf("batch %d, round %d: %s", round.Batch, round.Round, round.Rejected)}
	}
	return nil
}

// unrest says why a round is too late to count, "" if it is not. A device that
// heated up is as fast as before after a pause, so rejected rounds directly
// before the pause do not matter. If a device keeps changing its speed, some of
// its rounds only seem to be good: the more rounds are rejected, the more such
// rounds remain.
func (j *job) unrest(r Round) string {
	if r.Rejected != "" {
		j.rejected++
		return ""
	}
	j.repeated[r.Batch] += j.rejected
	j.rejected = 0
	if n := j.repeated[r.Batch]; n > *j.opts.Repeats {
		return fmt.Sprintf("batch %d: %d rounds between good ones were rejected: the device's speed keeps changing", r.Batch, n)
	}
	return ""
}

// warm reports whether enough rounds before a pause were rejected to show that
// the device is slow for a while.
func (j *job) warm() bool { return j.still() || j.rejected > 0 && 2*j.rejected >= *j.opts.Repeats }

// still reports that the last pause was too short: without a longer one the
// device would only heat up more.
func (j *job) still() bool { return j.pause > 0 && j.progress == j.pausedAt && j.rejected >= 2 }

// blame counts a strike against the model with which the agent was busy when it
// was lost.
func (j *job) blame(lost *lostError) error {
	if j.culprit == "" {
		return nil
	}
	return j.strike(wire.Failure{Digest: j.culprit, Kind: wire.KindCrash, Detail: lost.Error()})
}

// strike turns a model's last strike into a failure.
func (j *job) strike(f wire.Failure) error {
	j.strikes[f.Digest]++
	j.progress++
	if j.strikes[f.Digest] < strikes {
		return nil
	}
	if f.Digest == j.sentinel {
		return fault.New(fault.Failure, "", "the sentinel cannot be measured: %w", &f)
	}
	return j.fail(f)
}

// fail reports a model that is not measured any further.
func (j *job) fail(f wire.Failure) error {
	j.failed[f.Digest] = true
	j.progress++
	if j.req.OnFailure == nil {
		return nil
	}
	return j.req.OnFailure(f)
}
