package agent

import (
	"time"

	"fbnas/latency/wire"
)

// Machine is what the agent needs of the device that it runs on. Its methods
// are called from one goroutine, which is locked to its thread.
type Machine interface {
	// Hello fills what the machine knows of wire.Hello.
	Hello() wire.Hello
	// Load creates a session and gives it seeded inputs. An error that is a
	// *wire.Failure (its Digest empty) says what is wrong with the model.
	Load(model []byte, seed uint64) (Session, error)
	// Shares runs a model under the runtime's own profile: so many runs to warm
	// up, and those that count. Errors as those of Load.
	Shares(model []byte, seed uint64, warmUp, runs int) ([]wire.Share, error)
	// Compute prepares a model to be given inputs; batch is the length of the
	// first dimension where the model leaves it open. Errors as those of Load.
	Compute(model []byte, batch int) (Computation, error)
	// Now is a monotonic clock.
	Now() time.Duration
	// Counters are those of the calling thread.
	Counters() Counters
	// ClockProbe is the time of a fixed computation, in µs: it tells the
	// processor's clock.
	ClockProbe() float64
	// Memory is the process's resident size and the most it may be by
	// default, in bytes; 0 unknown.
	Memory() (resident, limit int64)
	// Collect frees what is no longer used; it is called between rounds.
	Collect()
	// CPU is the core that the thread runs on, -1 unknown.
	CPU() int
}

// Session is a model that is ready to run. Run returns what Load does.
type Session interface {
	Run() error
	// Check counts values in the last run's outputs that make its time doubtful.
	Check() (wire.Unusual, error)
	Close()
}

// Computation is a model of one input and one output that is given inputs. Run
// returns what Load does.
type Computation interface {
	// Size is that of a run's input, in bytes.
	Size() int64
	// Run computes the float32 output for a tensor as it lies in memory; it is
	// valid until the next run.
	Run(input []byte) ([]float32, error)
	Close()
}

// Counters tell whether something else had the core: the thread's involuntary
// switches and its time in the run queue.
type Counters struct {
	Switches int64
	Delay    time.Duration
	// Known says which of them could be read.
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
