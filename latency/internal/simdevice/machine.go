package simdevice

import (
	"encoding/binary"
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"
	"runtime"
	"sync"
	"time"

	"fbnas/latency/agent"
	"fbnas/latency/wire"
)

// Model is the content of a simulated device's model file, as JSON.
type Model struct {
	Name string  `json:"name"` // only to make digests differ
	US   float64 `json:"us"`   // time of a run at full speed, µs
	// Create, Run and Output are kinds of failures: of Load, of every run from
	// number RunsBefore on, and of Check, where bad_output is a NaN among two
	// numbers.
	Create     string `json:"create,omitempty"`
	Run        string `json:"run,omitempty"`
	Output     string `json:"output,omitempty"`
	RunsBefore int    `json:"runs_before,omitempty"`
	// Bytes is what a session adds to the agent's memory.
	Bytes int64 `json:"bytes,omitempty"`
}

// Two more values of Create and Run: end the agent, or never return.
const (
	Crash = "crash"
	Hang  = "hang"
)

// Encode returns the model file.
func (m Model) Encode() []byte {
	data, err := json.Marshal(m)
	if err != nil {
		panic(err) // cannot fail: strings and finite numbers only
	}
	return data
}

// Noise says what the device does to a run.
type Noise struct {
	Seed   uint64
	Jitter float64 // relative standard deviation of a run
	// Neighbour is the probability that other work takes the core during a run,
	// which then takes five times as long; Seen says whether the counters show
	// it.
	Neighbour float64
	Seen      bool
	// Speed is the device's speed at a time; nil: always 1.
	Speed func(at time.Duration) float64
	// BlindSwitches and BlindDelay hide a counter.
	BlindSwitches, BlindDelay bool
	// Warm makes work heat the device up; the zero value stays cold.
	Warm Warm
}

// Warm describes a device that slows down as it heats up. Its heat is 0 when it
// is cold.
type Warm struct {
	Rise, Fall float64 // degrees per second of work, and of a pause
	Limit      float64 // the heat from which it slows down
	Loss       float64 // of its speed, at twice the limit and above
	Silent     bool    // it does not report that it is hot
}

// body is the part of a device that outlasts a process.
type body struct {
	mu       sync.Mutex
	now      time.Duration
	heat     float64
	lastHeat float64 // heat at an agent's last line
}

func (b *body) elapsed() time.Duration {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.now
}

// Machine is a simulated device; its clock stands still between calls.
type Machine struct {
	noise    Noise
	rng      *rand.Rand
	body     *body
	began    time.Duration
	counters agent.Counters
	memory   int64
	crash    func()          // ends the agent's process
	ended    <-chan struct{} // closed when it has ended
}

// New returns a machine inside a process that crash ends; ended is closed when it
// has ended. Both may be nil where no model crashes or hangs.
func New(noise Noise, crash func(), ended <-chan struct{}) *Machine {
	return newMachine(noise, &body{}, crash, ended)
}

func newMachine(noise Noise, b *body, crash func(), ended <-chan struct{}) *Machine {
	return &Machine{
		noise: noise, rng: rand.New(rand.NewPCG(noise.Seed, 1)), crash: crash, ended: ended,
		body: b, began: b.elapsed(),
		counters: agent.Counters{SwitchesKnown: !noise.BlindSwitches, DelayKnown: !noise.BlindDelay},
	}
}

// Hello says what a simulated device is.
func (m *Machine) Hello() wire.Hello {
	return wire.Hello{Runtime: "simulated 1", Provider: "none", CoreSet: "0"}
}

// Now is the simulated clock.
func (m *Machine) Now() time.Duration { return m.body.elapsed() - m.began }

// Counters are the simulated thread's.
func (m *Machine) Counters() agent.Counters { return m.counters }

// Memory is what the open sessions take, of 1 GiB.
func (m *Machine) Memory() (resident, limit int64) { return m.memory, 1 << 30 }

// Collect does nothing.
func (m *Machine) Collect() {}

// CPU is the only core.
func (m *Machine) CPU() int { return 0 }

// ClockProbe takes 50 µs at full speed.
func (m *Machine) ClockProbe() float64 {
	took := 50 / m.speed()
	m.pass(took)
	return took
}

func (m *Machine) speed() float64 {
	m.body.mu.Lock()
	defer m.body.mu.Unlock()
	speed := m.noise.Warm.speed(m.body.heat)
	if m.noise.Speed != nil {
		speed *= m.noise.Speed(m.body.now)
	}
	return speed
}

func (w Warm) speed(heat float64) float64 {
	if heat <= w.Limit {
		return 1
	}
	return 1 - w.Loss*min(heat/w.Limit-1, 1)
}

// pass lets time pass, but not for a process that was killed and does not know it
// yet.
func (m *Machine) pass(us float64) {
	select {
	case <-m.ended:
		return
	default:
	}
	m.body.mu.Lock()
	defer m.body.mu.Unlock()
	m.body.now += time.Duration(us * 1000)
	m.body.heat += m.noise.Warm.Rise * us / 1e6
}

// Load parses a model file.
func (m *Machine) Load(model []byte, _ uint64) (agent.Session, error) {
	s := &session{machine: m}
	if err := json.Unmarshal(model, &s.model); err != nil {
		return nil, &wire.Failure{Kind: wire.KindCreate, Detail: err.Error()}
	}
	m.pass(1000)
	if err := m.perform(s.model.Create); err != nil {
		return nil, err
	}
	m.memory += s.model.Bytes
	return s, nil
}

// Shares says that one operator takes all the time.
func (m *Machine) Shares(model []byte, seed uint64, warmUp, runs int) ([]wire.Share, error) {
	s, err := m.Load(model, seed)
	if err != nil {
		return nil, err
	}
	defer s.Close()
	for range warmUp + runs {
		if err := s.Run(); err != nil {
			return nil, err
		}
	}
	return []wire.Share{{Op: "Simulated", Provider: "none", Nodes: 1, Share: 1}}, nil
}

// Compute prepares a model that is given two numbers, or a batch of pairs.
func (m *Machine) Compute(model []byte, batch int) (agent.Computation, error) {
	s, err := m.Load(model, 0)
	if err != nil {
		return nil, err
	}
	return &computation{s.(*session), max(batch, 1)}, nil
}

// computation computes the sum and the product of each pair of numbers.
type computation struct {
	*session
	pairs int
}

func (c *computation) Size() int64 { return 8 * int64(c.pairs) }

func (c *computation) Run(input []byte) ([]float32, error) {
	if err := c.session.Run(); err != nil {
		return nil, err
	}
	var out []float32
	for ; len(input) > 0; input = input[8:] {
		a, b := math.Float32frombits(binary.LittleEndian.Uint32(input)), math.Float32frombits(binary.LittleEndian.Uint32(input[4:]))
		out = append(out, a+b, a*b)
	}
	return out, nil
}

// perform does what a model's Create, Run or Output says.
func (m *Machine) perform(kind string) error {
	switch kind {
	case "":
		return nil
	case Crash:
		m.crash()
		runtime.Goexit()
	case Hang:
		<-m.ended
		runtime.Goexit()
	}
	return &wire.Failure{Kind: kind, Detail: "as the model says"}
}

type session struct {
	machine *Machine
	model   Model
	runs    int
}

func (s *session) Run() error {
	m := s.machine
	s.runs++
	if s.runs > s.model.RunsBefore {
		if err := m.perform(s.model.Run); err != nil {
			return err
		}
	}
	took := s.model.US * math.Exp(m.noise.Jitter*m.rng.NormFloat64()) / m.speed()
	if m.rng.Float64() < m.noise.Neighbour {
		if m.noise.Seen {
			m.counters.Switches++
			m.counters.Delay += time.Duration(4 * took * 1000)
		}
		took *= 5
	}
	if took <= 0 {
		return fmt.Errorf("a model of %v µs", s.model.US)
	}
	m.pass(took)
	return nil
}

func (s *session) Check() (wire.Unusual, error) {
	if s.model.Output == wire.KindBadOutput {
		return wire.Unusual{NaNs: 1, OutOf: 2}, nil
	}
	return wire.Unusual{}, s.machine.perform(s.model.Output)
}

func (s *session) Close() { s.machine.memory -= s.model.Bytes }
