package latency

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"time"
)

// Model is an ONNX model to be timed, in memory.
type Model struct {
	Name  string // for messages; not an identity
	Bytes []byte
}

// Digest is the SHA-256 of the model's bytes in hex: its name in every message
// of the protocol and in every journal.
func (m Model) Digest() string {
	sum := sha256.Sum256(m.Bytes)
	return hex.EncodeToString(sum[:])
}

// Options of a measurement; zero values mean the defaults of
// docs/background/measuring.md, "The protocol" (12 rounds; groups of at least 5
// ms and 5 runs, and at most 15 runs; warm-up of 100 ms; 64 sessions per batch;
// one thread).
type Options struct {
	Rounds       int
	GroupTime    time.Duration
	MinRuns      int
	MaxRuns      int
	WarmUp       time.Duration
	BatchModels  int // sessions per batch, including the sentinel
	Threads      int
	Core         *int   // nil: the device's fastest, chosen by the agent
	Precision    string // of the models, for the condition; default FP32
	Seed         uint64
	ModelTimeout time.Duration // for a session's creation and for each of its groups; default 60 s

	// Repeats is how many rejected rounds a batch may repeat; nil: half of
	// Rounds. After that fbnas waits for the device to cool down; with AllowNoisy
	// the round counts and is marked as noisy.
	Repeats    *int
	AllowNoisy bool
	// AnyOutput also measures models whose outputs hold infinities, NaNs or
	// denormal numbers, and reports them to Request.OnUnusual. Without it they
	// fail, because such a time does not belong in a table.
	AnyOutput bool
	// CoolDown is the total length of pauses for cooling down, over all
	// measurements of a Meter; nil: 5 minutes; 0: none. After that, a device that
	// does not settle is unstable, which is an error (fault.Unstable); a device
	// that only reports that it is hot is measured and marked as noisy with
	// AllowNoisy.
	CoolDown *time.Duration
	// DefaultMode leaves a phone's fixed-performance mode off; otherwise it is
	// used where there is one.
	DefaultMode bool
	// MemoryBytes limits the agent's resident memory; default: half of the
	// device's.
	MemoryBytes int64
}

// Request is what a Meter should measure. Batches hold indices into Models; the
// sentinel runs in each of them. Done reports the rounds that an earlier,
// interrupted measurement already has.
type Request struct {
	Sentinel Model
	Models   []Model
	Batches  [][]int
	Options  Options
	Done     func(batch, round int) bool
	// SentinelUS are the sentinel's medians, in µs, in the rounds that Done
	// reports: drift is judged by them too.
	SentinelUS []float64
	// OnRound and OnFailure are called in order, from one goroutine, as soon as
	// the host has a result; their errors end the measurement.
	OnRound   func(Round) error
	OnFailure func(Failure) error
	OnUnusual func(Unusual) error
}

// Meter measures on one device. Measure returns when every round of every batch
// was reported or the context ends; what was reported stays valid.
type Meter interface {
	Identity(ctx context.Context, opts Options) (Device, Condition, error)
	Measure(ctx context.Context, req Request) error
	Close() error
}
