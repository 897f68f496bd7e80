package main

import (
	"context"
	"strconv"
	"time"

	"github.com/spf13/cobra"

	"fbnas/devices"
	"fbnas/internal/fault"
	"fbnas/latency"
	"fbnas/lut"
)

// measureFlags are those of every verb that measures.
type measureFlags struct {
	deviceFlags
	rounds     int
	threads    int
	core       int
	seed       uint64
	allowNoisy bool
	coolDown   time.Duration
	inDefault  bool // leave fixed-performance mode off
}

const (
	anyCore       = -1
	usualCoolDown = 5 * time.Minute
)

func (m *measureFlags) add(cmd *cobra.Command) {
	f := cmd.Flags()
	m.deviceFlags.add(cmd, "where to measure")
	f.IntVar(&m.rounds, "rounds", 0, "rounds of the measurement; more repeat better (default 12)")
	f.IntVar(&m.threads, "threads", 0, "threads that a model runs on (default 1)")
	f.IntVar(&m.core, "core", anyCore, "core to measure on (default: one of the fastest)")
	f.Uint64Var(&m.seed, "seed", 1, "decides the order of measuring, and what is drawn")
	f.BoolVar(&m.allowNoisy, "allow-noisy", false, "mark an unsteady measurement instead of ending with exit status 5")
	f.DurationVar(&m.coolDown, "cool-down", usualCoolDown, "how long in all to leave a device alone that is hot or grows slower, before exit status 5 (0: not at all)")
	f.BoolVar(&m.inDefault, "default-mode", false, "leave off a phone's fixed-performance mode")
}

// options of the measurement. A table's own protocol and condition, or without
// one the device's entry, hold where no flag says otherwise: only figures of one
// condition can be compared.
func (m *measureFlags) options(cmd *cobra.Command, t *lut.Table) (latency.Options, error) {
	var o latency.Options
	if t != nil {
		p := t.Header.Protocol
		o.Rounds, o.MinRuns, o.MaxRuns, o.BatchModels = p.Rounds, p.MinRuns, p.MaxRuns, p.BatchModels
		o.GroupTime, o.WarmUp = micros(p.GroupTimeUS), micros(p.WarmUpUS)
		o.Threads, o.Precision = t.Header.Condition.Threads, t.Header.Condition.Precision
		o.DefaultMode = t.Header.Condition.FixedPerformance == latency.FixedOff
		if core, err := strconv.Atoi(t.Header.Condition.CoreSet); err == nil {
			o.Core = &core
		}
	}
	if t == nil && m.device != "" {
		entry, err := devices.Lookup(m.device)
		if err != nil {
			return o, err
		}
		o.Core = entry.Core
	}
	for flag, set := range map[string]func(){
		"rounds":       func() { o.Rounds = m.rounds },
		"threads":      func() { o.Threads = m.threads },
		"core":         func() { o.Core = &m.core },
		"default-mode": func() { o.DefaultMode = m.inDefault },
	} {
		if cmd.Flags().Changed(flag) {
			set()
		}
	}
	if m.coolDown < 0 {
		return o, fault.New(fault.Usage, "Give --cool-down 0 or a time such as --cool-down 10m.", "a cool-down of %v", m.coolDown)
	}
	if err := m.deviceFlags.check(); err != nil {
		return o, err
	}
	if cmd.Flags().Changed("rounds") && m.rounds < 1 {
		return o, fault.New(fault.Usage, "Give --rounds 1 or more.", "%d rounds", m.rounds)
	}
	if cmd.Flags().Changed("threads") && m.threads < 1 {
		return o, fault.New(fault.Usage, "Give --threads 1 or more.", "%d threads", m.threads)
	}
	o.Seed, o.AllowNoisy, o.CoolDown = m.seed, m.allowNoisy, &m.coolDown
	return o, o.Validate()
}

func micros(us int64) time.Duration { return time.Duration(us) * time.Microsecond }

// deviceInfo says in a document what was measured.
type deviceInfo struct {
	Name        string `json:"name"`
	SoC         string `json:"soc"`
	Arch        string `json:"arch"`
	Cores       int    `json:"cores"`
	MemoryBytes int64  `json:"memory_bytes"`
	OS          string `json:"os"`
	// Emulator stands in for the processor: times mean nothing.
	Emulator *string `json:"emulator"`
	Replayed bool    `json:"replayed"` // a recording answered in its place
}

func identityOf(name string, id devices.Identity) deviceInfo {
	return deviceInfo{name, id.SoC, id.Arch, id.Cores, id.MemoryBytes, id.OS, orNull(id.Emulator), id.Replayed}
}

func deviceOf(name string, d latency.Device) deviceInfo {
	return deviceInfo{name, d.Model.SoC, d.Model.Arch, d.Model.Cores, d.Model.MemoryBytes, d.OS, orNull(d.Model.Emulator), d.Replayed}
}

// genuine is a meter that refuses a device whose times mean nothing.
type genuine struct{ latency.Meter }

func (g genuine) Identity(ctx context.Context, opts latency.Options) (latency.Device, latency.Condition, error) {
	d, c, err := g.Meter.Identity(ctx, opts)
	if err == nil {
		err = d.Model.Genuine()
	}
	return d, c, err
}

// watched is a meter that says how many groups it has measured.
type watched struct {
	latency.Meter
	at func(done, total int)
}

func (w watched) Measure(ctx context.Context, req latency.Request) error {
	total, done := 0, 0
	for _, batch := range req.Batches {
		total += len(batch) * req.Options.WithDefaults().Rounds
	}
	next := req.OnRound
	req.OnRound = func(r latency.Round) error {
		if r.Rejected == "" {
			done += len(r.Groups)
			w.at(done, total)
		}
		return next(r)
	}
	w.at(0, total)
	return w.Meter.Measure(ctx, req)
}
