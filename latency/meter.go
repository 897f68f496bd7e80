package latency

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"time"

	"fbnas/latency/wire"
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

// Device says what was measured, without personal data: tables are shared.
type Device struct {
	Model DeviceModel `json:"model"`
	Unit  string      `json:"unit"` // salted hash that tells units of one model apart
	OS    string      `json:"os"`
	// CallCostUS is what the agent itself adds to each timed run there; 0
	// unknown. Figures have it in them.
	CallCostUS float64 `json:"call_cost_us,omitempty"`
	// Replayed says that a recording of the device answered in its place.
	Replayed bool `json:"replayed,omitempty"`
}

// DeviceModel decides whether a table fits a device.
type DeviceModel struct {
	SoC         string `json:"soc"` // processor name as the system gives it
	Arch        string `json:"arch"`
	Cores       int    `json:"cores"`
	MaxKHz      []int  `json:"max_khz,omitempty"` // per core, where the system tells
	MemoryBytes int64  `json:"memory_bytes"`
	// Emulator stands in for the processor: times mean nothing.
	Emulator string `json:"emulator,omitempty"`
}

// Number formats that models compute in.
const (
	FP32 = "fp32"
	Int8 = "int8"
)

// Precisions are the formats that a table can be of.
var Precisions = []string{FP32, Int8}

// Condition is everything that must be equal for two figures to be compared;
// a table has one.
type Condition struct {
	Runtime          string            `json:"runtime"` // "onnxruntime 1.27.0"
	RuntimeDigest    string            `json:"runtime_digest"`
	Provider         string            `json:"provider"`
	ProviderOptions  map[string]string `json:"provider_options,omitempty"`
	SessionOptions   map[string]string `json:"session_options,omitempty"`
	Precision        string            `json:"precision"`
	Batch            int               `json:"batch"`
	Threads          int               `json:"threads"`
	CoreSet          string            `json:"core_set"`          // as read back after pinning, e.g. "3" or "4-7"
	FixedPerformance string            `json:"fixed_performance"` // FixedOn | FixedOff | FixedUnsupported
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

	// Repeats is how many rejected rounds a batch may repeat; nil: half of Rounds. After them the device is left alone to cool down,
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

// Group is one timed group: runs of one model in one round of one batch.
type Group = wire.Group

// Round is one complete round of a batch: the sentinel's groups (one before
// and one after the models at least) and one group of each model. It is the
// unit of a journal: a round that was reported whole is never measured again.
type Round struct {
	Batch    int     `json:"batch"`
	Round    int     `json:"round"`
	Sentinel []Group `json:"sentinel"`
	Groups   []Group `json:"groups"`
	Rejected string  `json:"rejected,omitempty"` // why the round does not count, "" when it does
	Noisy    string  `json:"noisy,omitempty"`    // why the round only counts because Options.AllowNoisy is set
	Course   *Course `json:"course,omitempty"`   // what is known of the time since the round before
}

// Failure says that a model cannot be measured, and why: its Kind is create,
// run, oom, timeout, crash, unsupported_op or bad_output.
type Failure = wire.Failure

// Unusual counts what of a model's outputs makes its time doubtful.
type Unusual = wire.Unusual

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
