package main

import (
	"time"

	"github.com/spf13/cobra"

	"fbnas/internal/fault"
	"fbnas/job"
)

// measureFlags are the flags of every verb that measures.
type measureFlags struct {
	deviceFlags
	measuring job.MeasureOptions
	core      int
	coolDown  time.Duration
	inDefault bool
}

const (
	anyCore       = -1
	usualCoolDown = 5 * time.Minute
)

func (m *measureFlags) add(cmd *cobra.Command) {
	f := cmd.Flags()
	m.deviceFlags.add(cmd, "where to measure")
	f.IntVar(&m.measuring.Rounds, "rounds", 0, "rounds of the measurement; more repeat better (default 12)")
	f.IntVar(&m.measuring.Threads, "threads", 0, "threads that a model runs on (default 1)")
	f.IntVar(&m.core, "core", anyCore, "core to measure on (default: one of the fastest)")
	f.Uint64Var(&m.measuring.Seed, "seed", 1, "decides the order of measuring, and what is drawn")
	f.BoolVar(&m.measuring.AllowNoisy, "allow-noisy", false, "mark an unsteady measurement instead of ending with exit status 5")
	f.DurationVar(&m.coolDown, "cool-down", usualCoolDown, "how long in all to leave a device alone that is hot or grows slower, before exit status 5 (0: not at all)")
	f.BoolVar(&m.inDefault, "default-mode", false, "leave off a phone's fixed-performance mode")
}

// options are the values of the flags that are given.
func (m *measureFlags) options(cmd *cobra.Command) (job.MeasureOptions, error) {
	o, given := m.measuring, cmd.Flags().Changed
	o.Device = m.deviceFlags.job()
	if given("core") {
		o.Core = &m.core
	}
	if given("cool-down") {
		o.CoolDown = &m.coolDown
	}
	if given("default-mode") {
		o.DefaultMode = &m.inDefault
	}
	return o, zeroGiven(cmd, "rounds", "threads")
}

// zeroGiven refuses zeros on the command line where a job takes zero for not
// given.
func zeroGiven(cmd *cobra.Command, flags ...string) error {
	for _, name := range flags {
		if n, err := cmd.Flags().GetInt(name); err != nil || n == 0 && cmd.Flags().Changed(name) {
			return fault.New(fault.Usage, "Give --"+name+" 1 or more.", "%d %s", n, name)
		}
	}
	return nil
}
