package latency

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"fbnas/internal/fault"
	"fbnas/latency/wire"
)

// WithDefaults returns o with defaults for the fields that have one on the host
// (docs/background/measuring.md, "The protocol").
func (o Options) WithDefaults() Options {
	set(&o.Rounds, 12)
	set(&o.GroupTime, 5*time.Millisecond)
	set(&o.MinRuns, 5)
	set(&o.MaxRuns, max(15, o.MinRuns))
	set(&o.WarmUp, 100*time.Millisecond)
	set(&o.BatchModels, 64)
	set(&o.Threads, 1)
	set(&o.ModelTimeout, time.Minute)
	set(&o.Repeats, new((o.Rounds+1)/2))
	set(&o.CoolDown, new(5*time.Minute))
	set(&o.Precision, FP32)
	return o
}

func set[T comparable](field *T, value T) {
	var zero T
	if *field == zero {
		*field = value
	}
}

// mostThreads rejects absurd numbers.
const mostThreads = 1024

// Validate reports all options with which nothing can be measured, at once.
func (o Options) Validate() error {
	o = o.WithDefaults()
	var problems []error
	var hints []string
	for _, rule := range []struct {
		broken bool
		text   string
		hint   string
	}{
		{o.Rounds < 1, fmt.Sprintf("%d rounds: at least one is needed", o.Rounds), "Give --rounds 1 or more."},
		{*o.Repeats < 0, fmt.Sprintf("%d repeats", *o.Repeats), ""},
		{o.GroupTime < 0 || o.WarmUp < 0 || o.ModelTimeout < 0 || *o.CoolDown < 0 || o.MemoryBytes < 0, "a negative time or memory", ""},
		{o.MinRuns < 1 || o.MaxRuns < o.MinRuns, fmt.Sprintf("groups of %d to %d runs", o.MinRuns, o.MaxRuns), ""},
		{o.BatchModels < 2 || o.BatchModels > wire.MaxBatch, fmt.Sprintf("%d sessions a batch: 2 to %d are possible", o.BatchModels, wire.MaxBatch), ""},
		{o.Threads < 1 || o.Threads > mostThreads, fmt.Sprintf("%d threads: 1 to %d are possible", o.Threads, mostThreads), "Give --threads 1, or up to the number of cores that the device has."},
		{o.Core != nil && *o.Core < 0, "a negative core", "Give --core 0 or more, or leave it out."},
	} {
		if rule.broken {
			problems = append(problems, errors.New(rule.text))
			hints = append(hints, rule.hint)
		}
	}
	if len(problems) > 0 {
		return fault.New(fault.Usage, strings.TrimSpace(strings.Join(hints, " ")), "measuring options: %w", errors.Join(problems...))
	}
	return nil
}

// wire returns the options as they are sent to the agent; o has its defaults.
func (o Options) wire() wire.Options {
	return wire.Options{
		GroupUS: o.GroupTime.Microseconds(), MinRuns: o.MinRuns, MaxRuns: o.MaxRuns,
		WarmUpUS: o.WarmUp.Microseconds(), ModelTimeoutUS: o.ModelTimeout.Microseconds(),
		HeartbeatUS: heartbeat.Microseconds(),
		Threads:     o.Threads, Core: o.Core, Seed: o.Seed,
		Repeats: *o.Repeats, AllowNoisy: o.AllowNoisy, AnyOutput: o.AnyOutput, MemoryBytes: o.MemoryBytes,
	}
}

// Batches splits the models 0 to n-1 into batches of at most BatchModels
// sessions, including the sentinel's, as equal in size as possible.
func (o Options) Batches(n int) [][]int {
	most := o.WithDefaults().BatchModels - 1
	count := (n + most - 1) / most
	var out [][]int
	for b := range count {
		var batch []int
		for i := b * n / count; i < (b+1)*n/count; i++ {
			batch = append(batch, i)
		}
		out = append(out, batch)
	}
	return out
}
