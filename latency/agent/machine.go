package agent

import (
	"time"

	"fbnas/latency/wire"
)

// Machine is what the agent needs from the device that it runs on. Its methods
// are called from one goroutine, which is locked to its thread.
type Machine interface {
	// Hello returns the part of wire.Hello that the machine knows.
	Hello() wire.Hello
	// Load creates a session and gives it seeded inputs. An error that is a
	// *wire.Failure (with an empty Digest) says what is wrong with the model.
	Load(model []byte, seed uint64) (Session, error)
	// Shares runs a model under the runtime's own profiler: first warmUp runs,
	// then those that count. Errors are like those of Load.
	Shares(model []byte, seed uint64, warmUp, runs int) ([]wire.Share, error)
	// Compute prepares a model for given inputs; batch is the length of the first
	// dimension where the model leaves it open. Errors are like those of Load.
	Compute(model []byte, batch int) (Computation, error)
	// Now is a monotonic clock.
	Now() time.Duration
	// Counters returns those of the calling thread.
	Counters() Counters
	// ClockProbe is the time of a fixed computation, in µs, which shows the
	// processor's clock.
	ClockProbe() float64
	// Memory is the process's resident size, and its limit by default, in bytes;
	// 0 where unknown.
	Memory() (resident, limit int64)
	// Collect frees unused memory; it is called between rounds.
	Collect()
	// CPU is the core that the thread runs on, -1 where unknown.
	CPU() int
}

// Session is a model that is ready to run. Errors of Run are like those of Load.
type Session interface {
	Run() error
	// Check counts values in the last run's outputs that make its time doubtful.
	Check() (wire.Unusual, error)
	Close()
}

// Computation is a model with one input and one output that runs on given inputs.
// Errors of Run are like those of Load.
type Computation interface {
	// Size is the size of a run's input, in bytes.
	Size() int64
	// Run computes the float32 output for a tensor in memory layout; the output
	// is valid until the next run.
	Run(input []byte) ([]float32, error)
	Close()
}

// Counters show whether something else had the core: the thread's involuntary
// switches and its time in the run queue.
type Counters struct {
	Switches int64
	Delay    time.Duration
	// These say which of them could be read.
	SwitchesKnown, DelayKnown bool
}

// unknown lists the counters that cannot be read.
func (c Counters) unknown() (out []string) {
	if !c.SwitchesKnown {
		out = append(out, "switches")
	}
	if !c.DelayKnown {
		out = append(out, "delay")
	}
	return out
}
