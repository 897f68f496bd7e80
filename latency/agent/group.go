package agent

import (
	"time"

	"fbnas/latency/stats"
	"fbnas/latency/wire"
)

const (
	// attempts is how often a group is measured before it is reported as dropped.
	attempts = 3
	// groupWarmUp and groupWarmRuns bring a session's memory back into the
	// caches, after the other sessions of its batch have run.
	groupWarmUp   = time.Millisecond
	groupWarmRuns = 2
	// clockTolerance is the difference between the clock probes before and after
	// a group from which the clock counts as changed.
	clockTolerance = 0.05
	// delayTolerance is the share of a run spent in the run queue from which the
	// run is dirty: waking up takes a little of it, too.
	delayTolerance = 0.01
)

// group times a session until a group is not dropped, but at most `attempts`
// times.
func (s *server) group(e *entry) (wire.Group, error) {
	for try := 1; ; try++ {
		g, err := s.attempt(e)
		if err != nil {
			return g, err
		}
		if !g.Dropped || try == attempts {
			if try > 1 {
				g.Attempts = try
			}
			return g, nil
		}
	}
}

// attempt times one group of runs.
func (s *server) attempt(e *entry) (wire.Group, error) {
	opts := s.req.Options
	g := wire.Group{Digest: e.digest, AtUS: micro(s.machine.Now())}
	before := s.machine.ClockProbe()
	if err := s.warm(e, groupWarmUp, groupWarmRuns, opts.MaxRuns); err != nil {
		return g, err
	}
	var times []float64
	began := s.machine.Now()
	was := s.machine.Counters()
	for len(times) < opts.MaxRuns {
		start := s.machine.Now()
		if err := e.session.Run(); err != nil {
			return g, err
		}
		took := s.machine.Now() - start
		is := s.machine.Counters()
		times = append(times, micro(took))
		if disturbed(was, is, took) {
			g.Dirty++
		}
		was = is
		if len(times) >= opts.MinRuns && s.machine.Now()-began >= us(opts.GroupUS) {
			break
		}
	}
	after := s.machine.ClockProbe()
	g.CPU, g.Unknown, g.Runs = s.machine.CPU(), was.unknown(), len(times)
	g.MedianUS, g.MinUS = stats.Median(times), stats.Percentile(times, 0)
	g.ClockUS = max(before, after)
	if g.ClockUS > min(before, after)*(1+clockTolerance) {
		g.Dirty = g.Runs
	}
	g.Dropped = 3*g.Dirty > g.Runs
	return g, nil
}

// warm runs a session for at least a time and a number of runs, but at most
// `most` runs if that is positive.
func (s *server) warm(e *entry, atLeast time.Duration, runs, most int) error {
	began := s.machine.Now()
	for n := 0; n < runs || s.machine.Now()-began < atLeast; n++ {
		if most > 0 && n >= most {
			return nil
		}
		if err := e.session.Run(); err != nil {
			return err
		}
	}
	return nil
}

func disturbed(was, is Counters, took time.Duration) bool {
	switched := is.SwitchesKnown && is.Switches != was.Switches
	delayed := is.DelayKnown && float64(is.Delay-was.Delay) > delayTolerance*float64(took)
	return switched || delayed
}

func micro(d time.Duration) float64 { return float64(d) / float64(time.Microsecond) }

func us(n int64) time.Duration { return time.Duration(n) * time.Microsecond }
