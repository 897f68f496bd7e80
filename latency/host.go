package latency

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"time"

	"fbnas/devices"
	"fbnas/internal/fault"
	"fbnas/internal/setup"
	"fbnas/latency/agents"
	"fbnas/latency/wire"
)

// heartbeat is the interval of the agent's heartbeats, few because waking the
// host up disturbs the measurement. silence is how long the host waits for any
// record.
const (
	heartbeat = 2 * time.Second
	silence   = 30 * time.Second
)

// Conn is what a Host needs from a device; a devices.Device is one.
type Conn interface {
	Name() string
	Folder() string
	Push(ctx context.Context, name string, data []byte) error
	Start(ctx context.Context, argv, env []string) (*devices.Process, error)
	Identity(ctx context.Context) (devices.Identity, error)
	State(ctx context.Context) (devices.State, error)
	Close() error
}

// HostConfig says what a Host starts: the agent and the ONNX Runtime at these
// paths on the device, or the bundle, which it pushes there.
type HostConfig struct {
	Agent   []string // its program, and its first arguments
	Library string   // ONNX Runtime
	Bundle  *Bundle
	Log     *slog.Logger
	// Pause waits while a device cools down; nil: by the clock.
	Pause func(context.Context, time.Duration) error
}

// Host is a Meter that starts agents on a device. Its methods are for one
// goroutine at a time.
type Host struct {
	conn    Conn
	cfg     HostConfig
	log     *slog.Logger
	bundled bool            // the bundle was pushed
	pushed  map[string]bool // digests
	canFix  *bool           // whether the device has a fixed-performance mode; nil: not queried yet
	fixed   bool            // programs are started in it
	crowded bool            // it was said that there are more threads than cores
	cooled  time.Duration   // total length of the pauses
}

// NewMeter returns a Meter on the device behind conn, which it closes.
func NewMeter(conn Conn, cfg HostConfig) *Host {
	log := cfg.Log
	if log == nil {
		log = slog.New(slog.DiscardHandler)
	}
	if cfg.Pause == nil {
		cfg.Pause = devices.Pause
	}
	return &Host{conn: conn, cfg: cfg, log: log.With("device", conn.Name()), pushed: map[string]bool{}}
}

// Open returns a Meter on the device with the given name (see devices.Open). On
// this machine it uses the agent and the ONNX Runtime that are here, elsewhere a
// bundle for the device's processor, in which the parts that its entry names
// replace the usual ones.
func Open(ctx context.Context, device string, log *slog.Logger) (*Host, error) {
	return OpenBy(ctx, devices.Opener{}, device, log)
}

// OpenBy is Open with another opener than the usual one.
func OpenBy(ctx context.Context, by devices.Opener, device string, log *slog.Logger) (*Host, error) {
	if device == "local" {
		return openLocal(ctx, by, device, log)
	}
	conn, err := by.Open(ctx, device)
	if err != nil {
		return nil, err
	}
	entry, err := devices.Lookup(device)
	if err != nil {
		return nil, errors.Join(err, conn.Close())
	}
	h := NewMeter(conn, HostConfig{Log: log})
	if err := h.gather(ctx, Own{Runtime: entry.Runtime, Agent: entry.Agent}); err != nil {
		return nil, errors.Join(err, conn.Close())
	}
	return h, nil
}

func openLocal(ctx context.Context, by devices.Opener, device string, log *slog.Logger) (*Host, error) {
	agent, err := agents.Here()
	if err != nil {
		return nil, err
	}
	library, err := setup.ORTLibrary()
	if err != nil {
		return nil, err
	}
	conn, err := by.Open(ctx, device)
	if err != nil {
		return nil, err
	}
	return NewMeter(conn, HostConfig{Agent: agent, Library: library, Log: log}), nil
}

// gather assembles the bundle for the device's processor. A recording needs none.
func (h *Host) gather(ctx context.Context, own Own) error {
	id, err := h.conn.Identity(ctx)
	if err != nil {
		return h.unreached(ctx, err)
	}
	if id.Emulator != "" {
		h.log.Warn("this is an emulator: what it measures says nothing about a device's latency", "emulator", id.Emulator)
	}
	if id.Replayed {
		h.log.Warn("this is a recording: nothing is measured now")
		h.cfg.Pause = func(ctx context.Context, _ time.Duration) error { return ctx.Err() } // a recording needs no cooling
		return nil
	}
	h.cfg.Bundle, err = NewBundle(id.Arch, own)
	return err
}

// unreached is the error of a device that cannot be identified; an interruption
// stays one.
func (h *Host) unreached(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	return fault.New(fault.Device, "", "identify %s: %w", h.conn.Name(), err)
}

// Close closes the device.
func (h *Host) Close() error { return h.conn.Close() }

// Identity returns what is measured and under which condition, as the agent
// reports it when it is started with these options.
func (h *Host) Identity(ctx context.Context, opts Options) (Device, Condition, error) {
	if err := opts.Validate(); err != nil {
		return Device{}, Condition{}, err
	}
	opts = opts.WithDefaults()
	id, err := h.conn.Identity(ctx)
	if err != nil {
		return Device{}, Condition{}, h.unreached(ctx, err)
	}
	if id.Cores > 0 && opts.Threads > id.Cores && !h.crowded {
		h.crowded = true
		h.log.Warn(fmt.Sprintf("%d threads are more than the device's %d cores: they wait for each other", opts.Threads, id.Cores))
	}
	mode, err := h.mode(ctx, opts)
	if err != nil {
		return Device{}, Condition{}, err
	}
	var hello wire.Hello
	err = h.run(ctx, wire.Request{Protocol: wire.Protocol, Op: wire.OpMeasure, Options: opts.wire()}, func(rec wire.Record) (err error) {
		if rec.Type == wire.TypeHello {
			hello, err = wire.Decode[wire.Hello](rec)
		}
		return err
	})
	if err != nil {
		return Device{}, Condition{}, h.explain("identify", err)
	}
	device := Device{
		Model: DeviceModel{SoC: id.SoC, Arch: id.Arch, Cores: id.Cores, MaxKHz: id.MaxKHz, MemoryBytes: id.MemoryBytes, Emulator: id.Emulator},
		Unit:  id.Unit, OS: id.OS, CallCostUS: hello.CallCostUS, Replayed: id.Replayed,
	}
	return device, Condition{
		Runtime: hello.Runtime, RuntimeDigest: hello.RuntimeDigest,
		Provider: hello.Provider, SessionOptions: hello.SessionOptions,
		Precision: opts.Precision, Batch: 1, Threads: opts.Threads,
		CoreSet: hello.CoreSet, FixedPerformance: mode,
	}, nil
}

// Selftest lets the agent check itself and the runtime on the device. If a check
// fails, the error says which; the checks are returned all the same.
func (h *Host) Selftest(ctx context.Context) ([]wire.Check, error) {
	var result wire.Selftest
	err := h.run(ctx, wire.Request{Protocol: wire.Protocol, Op: wire.OpSelftest}, func(rec wire.Record) (err error) {
		if rec.Type == wire.TypeSelftest {
			result, err = wire.Decode[wire.Selftest](rec)
		}
		return err
	})
	if err != nil {
		return nil, h.explain("self-test", err)
	}
	var failed []string
	for _, c := range result.Checks {
		if !c.OK {
			failed = append(failed, c.Name+": "+c.Detail)
		}
	}
	if len(failed) > 0 {
		err = h.explain("self-test", &wire.Error{Kind: wire.ErrorDevice, Detail: strings.Join(failed, "; ")})
	}
	return result.Checks, err
}

// explain wraps the error of a run that cannot be repeated.
func (h *Host) explain(doing string, err error) error {
	code, hint, kind := fault.CodeOf(err), "", kindOf(err)
	if f, ok := faults[kind]; ok {
		code, hint = f.code, f.hint
	}
	means := ""
	if kind == errorStart || kind == wire.ErrorDevice {
		if h.conn.Name() != "local" {
			hint = "fbnas devices check NAME says what works there; fbnas devices clean NAME lets all be put there anew."
		}
		if lost := (&lostError{}); errors.As(err, &lost) && fault.HintOf(lost.exit) != "" {
			hint = fault.HintOf(lost.exit)
		}
		if s, ok := diagnose(err); ok {
			means, hint = s.means+": ", s.hint
		}
	}
	return fault.New(code, strings.ReplaceAll(hint, "NAME", h.conn.Name()), "%s on %s: %s%w", doing, h.conn.Name(), means, err)
}

// faults maps kinds of an agent's errors to the codes and hints of commands.
var faults = map[string]struct {
	code fault.Code
	hint string
}{
	wire.ErrorProtocol: {fault.Device, "Build fbnas and fbnas-agent from the same source: make build."},
	wire.ErrorDevice:   {fault.Device, "fbnas doctor says what works on this machine."},
	wire.ErrorModels:   {fault.Failure, "Run the command again: model files are pushed anew."},
	wire.ErrorSentinel: {fault.Failure, ""},
	wire.ErrorUnstable: {fault.Unstable, "Stop other work on the device and let it cool down, or accept a marked result with --allow-noisy."},
	errorStart:         {fault.Device, "fbnas doctor says what works on this machine."},
}

// argv returns the command that starts the agent. The bundle is pushed before its
// first start.
func (h *Host) argv(ctx context.Context) ([]string, error) {
	folder := h.conn.Folder()
	if h.cfg.Bundle == nil {
		return append(slices.Clone(h.cfg.Agent), "-ort", h.cfg.Library, "-dir", folder), nil
	}
	if !h.bundled {
		if err := h.cfg.Bundle.push(ctx, h.conn); err != nil {
			return nil, err
		}
		h.bundled = true
	}
	return append(h.cfg.Bundle.argv(folder), "-dir", folder), nil
}

// push copies a model to the device, once.
func (h *Host) push(ctx context.Context, m Model) error {
	digest := m.Digest()
	if h.pushed[digest] {
		return nil
	}
	if len(m.Bytes) > wire.MaxModelBytes {
		return fault.New(fault.Failure, "", "push %s: %d bytes, and models of at most %d can be sent to a device", m.Name, len(m.Bytes), wire.MaxModelBytes)
	}
	if err := h.conn.Push(ctx, digest+".onnx", m.Bytes); err != nil {
		return fmt.Errorf("push %s: %w", m.Name, err)
	}
	h.pushed[digest] = true
	return nil
}

// forget makes everything be pushed again: a device that was restarted may have
// lost some of it.
func (h *Host) forget() {
	h.bundled = false
	clear(h.pushed)
}
