package job

import (
	"time"

	"fbnas/internal/fault"
	"fbnas/internal/text"
	"fbnas/latency"
	"fbnas/lut"
	"fbnas/profile"
)

// MeasureOptions are the options of every job that measures. Where an option is
// not given, the protocol and the condition of the table apply, if the job has
// one.
type MeasureOptions struct {
	Device      Device
	Rounds      int            // more repeat better; 0: the table's, or 12
	Threads     int            // of a model; 0: the table's, or 1
	Core        *int           // nil: the table's, that of the device's entry, or one of the fastest
	Seed        uint64         // decides the order of measuring, and what is drawn
	AllowNoisy  bool           // mark an unsteady measurement instead of failing (fault.Unstable)
	CoolDown    *time.Duration // how long in all to let a device cool that is hot or slowing down; nil: 5 minutes
	DefaultMode *bool          // leave a phone's fixed-performance mode off; nil: as in the table
}

// options are those of the measurement, for a table or, with nil, for none.
func (m MeasureOptions) options(t *lut.Table) (latency.Options, error) {
	o, err := measuringAs(t, m.Device.Name)
	if err != nil {
		return o, err
	}
	if err := m.check(); err != nil {
		return o, err
	}
	if m.Rounds > 0 {
		o.Rounds = m.Rounds
	}
	if m.Threads > 0 {
		o.Threads = m.Threads
	}
	if m.Core != nil {
		o.Core = m.Core
	}
	if m.DefaultMode != nil {
		o.DefaultMode = *m.DefaultMode
	}
	o.Seed, o.AllowNoisy, o.CoolDown = m.Seed, m.AllowNoisy, m.CoolDown
	return o, o.Validate()
}

func (m MeasureOptions) check() error {
	switch {
	case m.CoolDown != nil && *m.CoolDown < 0:
		return fault.New(fault.Usage, "Give --cool-down 0 or a time such as --cool-down 10m.", "a cool-down of %v", *m.CoolDown)
	case m.Rounds < 0:
		return fault.New(fault.Usage, "Give --rounds 1 or more.", "%s", text.Plural(m.Rounds, "round"))
	case m.Threads < 0:
		return fault.New(fault.Usage, "Give --threads 1 or more.", "%s", text.Plural(m.Threads, "thread"))
	}
	return m.Device.check()
}

// profileProgress passes on the progress of a profile.
func (env *Env) profileProgress(p profile.Progress) { env.progress(p.Stage, p.Done, p.Total) }
