package latency

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"time"
)

// Model is an ONNX model to be timed, in memory.
type Model struct {
	Name  string // for people; not an identity
	Bytes []byte
}

// Digest is the SHA-256 of the model's bytes in hex: its name in every message
// of the protocol and in every journal.
func (m Model) Digest() string {
	sum := sha256.Sum256(m.Bytes)
	return hex.EncodeToString(sum[:])
}

// Options of a measurement; the zero value means the defaults of
// docs/background/measuring.md, "The protocol" (12 rounds, groups of at least
// 5 ms and 5 runs and at most 15 runs, warm-up of 100 ms, 64 sessions a batch,
// one thread).
type Options struct {
	Rounds       int
	GroupTime    time.Duration
	MinRuns      int
	MaxRuns      int
	WarmUp       time.Duration
	BatchModels  int // sessions a batch, the sentinel among them
	Threads      int
	Core         *int   // nil: the device's fastest, chosen by the agent
	Precision    string // of the models, for the condition; default FP32
	Seed         uint64
	ModelTimeout time.Duration // a session's creation and each of its groups; default 60 s

	// Repeats is how many rejected rounds a batch may repeat; nil: half of Rounds. After them waiting for the device to cool down,
	// or, with AllowNoisy, the round counts and is marked as noisy.
	Repeats    *int
	AllowNoisy bool
	// AnyOutput measures models whose outputs hold infinities, NaNs or denormal
	// numbers too; Request.OnUnusual hears of them. Without it they fail: such a
	// time does not belong into a table.
	AnyOutput bool
	// CoolDown is how long in all a device may be left alone, over every
	// measurement of a Meter; nil: 5 minutes; 0: not at all. After that a
	// device that does not settle is unstable, which is an error with
	// fault.Unstable; one that only says it is hot is measured and marked as
	// noisy with AllowNoisy.
	CoolDown *time.Duration
	// DefaultMode leaves off a phone's fixed-performance mode, which is on
	// where there is one.
	DefaultMode bool
	// MemoryBytes caps the agent's resident memory; default half of the device's.
	MemoryBytes int64
}

// Request is what a Meter is asked to measure. Batches hold indices into
// Models; the sentinel runs in each of them. Done tells which rounds an
// earlier, interrupted measurement already has.
type Request struct {
	Sentinel Model
	Models   []Model
	Batches  [][]int
	Options  Options
	Done     func(batch, round int) bool
	// SentinelU are the sentinel's round medians, in µs, of the rounds that
	// Done tells: drift is judged against them too.
	SentinelU []float64
	// OnRound and OnFailure are called in order, from one goroutine, as soon
	// as a result is safe on the host; an error of theirs ends the measurement.
	OnRound   func(Round) error
	OnFailure func(Failure) error
	OnUnusual func(Unusual) error
}

// Meter measures on one device. Measure returns when every round of every
// batch was reported or the context ends; what was reported stays valid.
type Meter interface {
	Identity(ctx context.Context, opts Options) (Device, Condition, error)
	Measure(ctx context.Context, req Request) error
	Close() error
}
