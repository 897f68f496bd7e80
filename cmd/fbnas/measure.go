package main

import (
	"time"

	"github.com/spf13/cobra"

	"fbnas/internal/fault"
	"fbnas/job"
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
	o, err := job.MeasuringAs(t, m.device)
	if err != nil {
		return o, err
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
	if err := m.job().Check(); err != nil {
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
