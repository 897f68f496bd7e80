package simdevice

import (
	"bytes"
	"context"
	"errors"
	"io"
	"sync"
	"testing/fstest"
	"time"

	"fbnas/devices"
	"fbnas/latency/agent"
	"fbnas/latency/measured"
	"fbnas/latency/wire"
)

// Conn is a connection to a simulated device, whose agents run in this
// process. It is a latency.Conn.
type Conn struct {
	Noise Noise
	// Tamper gets each line that an agent writes, with the number of the start
	// and the number of the line, both from 1, and returns what arrives instead;
	// nil cuts the connection. A nil Tamper changes nothing.
	Tamper func(start, line int, text []byte) []byte

	// Fixed is the device's speed in fixed-performance mode; 0: it has none.
	Fixed float64

	body   body
	mu     sync.Mutex
	files  fstest.MapFS
	starts int
	pushes int
}

// Name is simulated.
func (c *Conn) Name() string { return "simulated" }

// Folder is where the pushed files would be.
func (c *Conn) Folder() string { return "/sim" }

// Close does nothing.
func (c *Conn) Close() error { return nil }

// Starts is the number of agents that were started.
func (c *Conn) Starts() int { return c.starts }

// Pushes is the number of files that were pushed.
func (c *Conn) Pushes() int { return c.pushes }

// Identity is the same for all simulated devices.
func (c *Conn) Identity(context.Context) (devices.Identity, error) {
	return devices.Identity{SoC: "simulated", Arch: "sim", Cores: 1, MemoryBytes: 1 << 30, OS: "none", Unit: "1"}, nil
}

// Push keeps the file in memory.
func (c *Conn) Push(_ context.Context, name string, data []byte) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	files := fstest.MapFS{name: {Data: data}}
	for n, f := range c.files {
		files[n] = f
	}
	c.files = files
	c.pushes++
	return nil
}

// State is the device's temperature at an agent's last line or at the end of the
// last pause.
func (c *Conn) State(context.Context) (devices.State, error) {
	c.body.mu.Lock()
	defer c.body.mu.Unlock()
	w, heat := c.Noise.Warm, c.body.lastHeat
	s := devices.State{Heat: devices.Heat{Status: "none"}, Power: devices.Power{Source: measured.PowerCharger}}
	if w.Limit > 0 && !w.Silent {
		s.Heat.Celsius, s.Heat.Hottest = 20+heat, "skin"
		if heat > w.Limit {
			s.Heat.Status = "moderate"
		}
	}
	return s, nil
}

// Pause lets the device cool down; it is meant for HostConfig.Pause.
func (c *Conn) Pause(_ context.Context, d time.Duration) error {
	c.body.mu.Lock()
	defer c.body.mu.Unlock()
	c.body.now += d
	c.body.heat = max(0, c.body.heat-c.Noise.Warm.Fall*d.Seconds())
	c.body.lastHeat = c.body.heat
	return nil
}

// FixedPerformance says whether the device has the mode.
func (c *Conn) FixedPerformance(context.Context) (bool, error) { return c.Fixed > 0, nil }

// StartFixed runs an agent in fixed-performance mode.
func (c *Conn) StartFixed(ctx context.Context, _, _ []string) (*devices.Process, error) {
	noise := c.Noise
	speed := noise.Speed
	noise.Speed = func(at time.Duration) float64 {
		if speed == nil {
			return c.Fixed
		}
		return c.Fixed * speed(at)
	}
	return c.start(ctx, noise)
}

// Start runs an agent in a goroutine.
func (c *Conn) Start(ctx context.Context, _, _ []string) (*devices.Process, error) {
	return c.start(ctx, c.Noise)
}

func (c *Conn) start(ctx context.Context, noise Noise) (*devices.Process, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.starts++
	ctx, kill := context.WithCancel(ctx)
	stdin, stdinWriter := io.Pipe()
	stdout, stdoutWriter := io.Pipe()
	var ended error
	done := make(chan struct{})
	start, files := c.starts, c.files
	end := func() {
		kill()
		stdoutWriter.Close()
	}
	// A killed process reads and writes no more, wherever it is.
	context.AfterFunc(ctx, func() { stdin.Close(); stdoutWriter.Close() })
	go func() {
		defer close(done)
		defer end()
		out := &tampered{conn: c, start: start, w: stdoutWriter}
		ended = agent.Serve(ctx, stdin, out, agent.Config{
			Models: files,
			Open:   func(wire.Options) (agent.Machine, error) { return newMachine(noise, &c.body, end, ctx.Done()), nil },
			Selftest: func() []wire.Check {
				return []wire.Check{{Name: "simulated", OK: true}}
			},
		})
	}()
	return &devices.Process{
		Stdin: stdinWriter, Stdout: stdout,
		Stderr: func() string { return "" },
		Kill:   end,
		Wait:   func() error { <-done; return ended },
	}, nil
}

// record keeps the heat at the end of a round, because an agent is ahead of its
// reader.
func (c *Conn) record(line []byte) {
	if !bytes.Contains(line, []byte(`"type":"`+wire.TypeRound+`"`)) {
		return
	}
	c.body.mu.Lock()
	defer c.body.mu.Unlock()
	c.body.lastHeat = c.body.heat
}

// tampered is an agent's output on its way.
type tampered struct {
	conn  *Conn
	start int
	line  int
	w     *io.PipeWriter
}

func (t *tampered) Write(line []byte) (int, error) {
	t.line++
	t.conn.record(line)
	out := line
	if t.conn.Tamper != nil {
		if out = t.conn.Tamper(t.start, t.line, bytes.Clone(line)); out == nil {
			t.w.Close()
			return 0, errors.New("connection cut")
		}
	}
	if _, err := t.w.Write(out); err != nil {
		return 0, err
	}
	return len(line), nil
}
