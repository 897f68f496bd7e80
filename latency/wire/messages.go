package wire

import (
	"encoding/hex"
	"fmt"
	"math"
	"strconv"
	"strings"
)

// Protocol is the version that this package speaks. A change that an older side
// would misread increases the major version.
const Protocol = "1.2"

// Limits of what either side reads.
const (
	MaxLine       = 64 << 10  // bytes of a record, including the newline
	MaxRequest    = 16 << 20  // bytes of the request line
	MaxModels     = 100_000   // models of a request
	MaxBatch      = 1024      // sessions that may be open at once
	MaxModelBytes = 1<<31 - 1 // of a model file: the longest protobuf message
	MaxInputs     = 64 << 20  // bytes of a request's inputs
	MaxValues     = 8192      // outputs of a record
)

// The kinds of operation that a request may ask for.
const (
	OpMeasure  = "measure"  // with no batches: only hello and end
	OpSelftest = "selftest" // answered by one selftest record
	OpShares   = "shares"   // of one model: one batch, no rounds
	OpCompute  = "compute"  // of one model, as for shares: its outputs for the inputs that follow the request
)

// Request is the one line that the agent reads; the inputs follow it, if there
// are any.
type Request struct {
	Protocol string  `json:"protocol"`
	Op       string  `json:"op"`
	Options  Options `json:"options"`
	Sentinel string  `json:"sentinel,omitempty"` // digest
	Batches  []Batch `json:"batches,omitempty"`
	// SentinelUS are the sentinel's accepted round medians, in µs, from an earlier
	// part of the same measurement: drift is judged by them too.
	SentinelUS []float64 `json:"sentinel_us,omitempty"`
	Inputs     *Inputs   `json:"inputs,omitempty"`
}

// Inputs describes the bytes that follow a request: the inputs of the model's one
// input, for one run after the other, in memory layout (row-major,
// little-endian).
type Inputs struct {
	Bytes  int64  `json:"bytes"`
	SHA256 string `json:"sha256"`
	// Batch is the length of the input's first dimension where the model leaves
	// it open.
	Batch int `json:"batch,omitempty"`
}

// Batch is a set of models whose sessions are open together, and the numbers of
// the rounds to be measured.
type Batch struct {
	Batch  int      `json:"batch"`
	Models []string `json:"models"` // digests
	Rounds []int    `json:"rounds"`
}

// Options say how to measure; all must be set, since the agent has no defaults.
type Options struct {
	GroupUS        int64  `json:"group_us"`
	MinRuns        int    `json:"min_runs"`
	MaxRuns        int    `json:"max_runs"`
	WarmUpUS       int64  `json:"warm_up_us"`
	ModelTimeoutUS int64  `json:"model_timeout_us"`
	HeartbeatUS    int64  `json:"heartbeat_us"`
	Threads        int    `json:"threads"`
	Core           *int   `json:"core,omitempty"` // nil: the fastest
	Seed           uint64 `json:"seed"`
	Repeats        int    `json:"repeats"` // rejected rounds that a batch may repeat
	// AnyOutput measures a model with unusual outputs too, and reports them in a
	// record, instead of failing.
	AnyOutput   bool  `json:"any_output,omitempty"`
	AllowNoisy  bool  `json:"allow_noisy"`
	MemoryBytes int64 `json:"memory_bytes"` // limit of the agent's resident memory; 0: half of the device's
}

// Types of records, in the order in which they may come. Heartbeats come at any
// time, failures at any time after hello; error comes in place of end.
const (
	TypeHello     = "hello"
	TypeSelftest  = "selftest"
	TypeShares    = "shares"
	TypeOutputs   = "outputs"
	TypeBegin     = "begin"
	TypeUnusual   = "unusual" // after its model's begin
	TypeGroup     = "group"
	TypeRound     = "round"
	TypeFailure   = "failure"
	TypeHeartbeat = "heartbeat"
	TypeError     = "error"
	TypeEnd       = "end"
)

// Hello says what measures, and on what.
type Hello struct {
	Protocol       string            `json:"protocol"`
	Agent          string            `json:"agent"`
	Runtime        string            `json:"runtime"` // "onnxruntime 1.27.0"
	RuntimeDigest  string            `json:"runtime_digest"`
	RuntimeLog     []string          `json:"runtime_log,omitempty"` // its messages while it was loaded
	Provider       string            `json:"provider"`
	Providers      []string          `json:"providers"`
	SessionOptions map[string]string `json:"session_options"`
	CoreSet        string            `json:"core_set"`     // as read back after pinning
	Capabilities   []string          `json:"capabilities"` // the counters that can be read: switches, delay
	CallCostUS     float64           `json:"call_cost_us"` // what the agent itself adds to each timed run; 0 if unknown
}

// Begin is sent before a session is created, and before the sentinel's warm-up,
// so that a crash can be attributed to a model.
type Begin struct {
	Batch  int    `json:"batch"`
	Digest string `json:"digest"`
}

// Group is one timed group: runs of one model in one round of one batch.
type Group struct {
	Batch    int      `json:"batch"`
	Round    int      `json:"round"`
	Digest   string   `json:"digest"`
	AtUS     float64  `json:"at_us"` // when it began, since the agent's start
	MedianUS float64  `json:"median_us"`
	MinUS    float64  `json:"min_us"`
	Runs     int      `json:"runs"`
	Dirty    int      `json:"dirty"`              // disturbed runs, as far as is known
	Unknown  []string `json:"unknown,omitempty"`  // counters that could not be read: switches, delay
	Dropped  bool     `json:"dropped"`            // more than a third of the runs were dirty
	Attempts int      `json:"attempts,omitempty"` // how often the group was measured, if more than once
	ClockUS  float64  `json:"clock_us"`           // the clock probe around the group, the slower side
	CPU      int      `json:"cpu"`                // the core at its end; -1 if unknown
}

// GroupRecord is a group as it is sent to the host. Next is the model that the
// agent begins now, so that a crash can be attributed to it.
type GroupRecord struct {
	Group
	Sentinel bool   `json:"sentinel,omitempty"`
	Next     string `json:"next,omitempty"`
}

// RoundEnd closes a round: its groups are those since the previous one.
type RoundEnd struct {
	Batch    int    `json:"batch"`
	Round    int    `json:"round"`
	Groups   int    `json:"groups"` // including the sentinel's
	Rejected string `json:"rejected,omitempty"`
	Noisy    string `json:"noisy,omitempty"`
}

// Failure says that a model cannot be measured, and why.
type Failure struct {
	Digest string `json:"digest"`
	Kind   string `json:"kind"` // one of the Kind constants
	Detail string `json:"detail"`
}

func (f *Failure) Error() string { return f.Kind + ": " + f.Detail }

// Kinds of failures.
const (
	KindCreate        = "create"
	KindRun           = "run"
	KindOOM           = "oom"
	KindTimeout       = "timeout"
	KindCrash         = "crash" // detected only by the host
	KindUnsupportedOp = "unsupported_op"
	KindBadOutput     = "bad_output"
)

// Unusual counts the numbers in a model's outputs that make its time doubtful:
// processors take many times as long for denormal numbers, and runtimes may
// compute NaNs and infinities in another way than ordinary numbers.
type Unusual struct {
	Digest   string `json:"digest"`
	NaNs     int64  `json:"nans"`
	Infinite int64  `json:"infinite"`
	Denormal int64  `json:"denormal"`
	OutOf    int64  `json:"out_of"` // numbers
}

// Any reports whether there are any.
func (u Unusual) Any() bool { return u.NaNs+u.Infinite+u.Denormal > 0 }

// String is, for example, "3 denormal numbers and 1 NaN of 64 numbers".
func (u Unusual) String() string {
	var parts []string
	for _, p := range []struct {
		n         int64
		one, many string
	}{{u.NaNs, "NaN", "NaNs"}, {u.Infinite, "infinity", "infinities"}, {u.Denormal, "denormal number", "denormal numbers"}} {
		switch p.n {
		case 0:
		case 1:
			parts = append(parts, "1 "+p.one)
		default:
			parts = append(parts, fmt.Sprintf("%d %s", p.n, p.many))
		}
	}
	return fmt.Sprintf("%s among %d numbers", strings.Join(parts, " and "), u.OutOf)
}

// Error ends a run that cannot continue.
type Error struct {
	Kind   string `json:"kind"` // one of the Error constants
	Detail string `json:"detail"`
}

func (e *Error) Error() string { return e.Detail }

// Kinds of errors.
const (
	ErrorProtocol = "protocol" // the request cannot be understood or breaks a limit
	ErrorDevice   = "device"   // runtime, core or counters
	ErrorModels   = "models"   // a model file is missing or does not match its name
	ErrorSentinel = "sentinel" // the sentinel itself fails
	ErrorUnstable = "unstable" // the device does not settle
	ErrorTimeout  = "timeout"  // follows the failure record of the model
)

// Selftest is the result of the agent's own checks.
type Selftest struct {
	Checks []Check `json:"checks"`
}

// Check is one of them.
type Check struct {
	Name   string `json:"name"`
	OK     bool   `json:"ok"`
	Detail string `json:"detail"`
}

// Shares are the shares of the kinds of operators in a model's time, by the
// runtime's own profiler. It slows runs down by half and more: only the shares
// are valid, not the times.
type Shares struct {
	Digest    string  `json:"digest"`
	Runs      int     `json:"runs"`
	Operators []Share `json:"operators"` // the largest first
}

// Share is one operator's share on one execution provider.
type Share struct {
	Op       string  `json:"op"`
	Provider string  `json:"provider"`
	Nodes    int     `json:"nodes"`
	Share    float64 `json:"share"` // of all operators' time
}

// Outputs are some of the values of a model's one output, run after run, in
// order.
type Outputs struct {
	Digest string `json:"digest"`
	First  int64  `json:"first"`  // number of the first value, from 0
	Values []byte `json:"values"` // float32, little-endian; at most MaxValues
}

// Heartbeat says that the agent is alive.
type Heartbeat struct{}

// End covers the records before it.
type End struct {
	Count  int    `json:"count"`  // records before this one
	SHA256 string `json:"sha256"` // of their lines, newlines included
}

// CheckVersion refuses a protocol of another major version.
func CheckVersion(version string) error {
	major, _, _ := strings.Cut(version, ".")
	mine, _, _ := strings.Cut(Protocol, ".")
	if _, err := strconv.ParseUint(major, 10, 16); err != nil || major != mine {
		return fmt.Errorf("protocol version %q, version %s is needed", version, Protocol)
	}
	return nil
}

// IsDigest reports whether s is a SHA-256 in lower-case hex, and thus safe as a
// file name.
func IsDigest(s string) bool {
	b, err := hex.DecodeString(s)
	return err == nil && len(b) == 32 && strings.ToLower(s) == s
}

// finite reports whether every value is finite and at least 0.
func finite(values ...float64) bool {
	for _, v := range values {
		if !(v >= 0) || math.IsInf(v, 1) {
			return false
		}
	}
	return true
}
