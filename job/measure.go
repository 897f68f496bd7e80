package job

import (
	"time"

	"fbnas/internal/fault"
	"fbnas/internal/text"
	"fbnas/latency"
	"fbnas/lut"
	"fbnas/profile"
)

// MeasureOptions are those of every job that measures. The protocol and the
// condition of a table that is measured for, or beside, hold where an option
// does not say otherwise.
type MeasureOptions struct {
	Device      Device
	Rounds      int            // more repeat better; 0: the table's, or 12
	Threads     int            // that a model runs on; 0: the table's, or 1
	Core        *int           // nil: the table's, or that of the device's entry, or one of the fastest
	Seed        uint64         // decides the order of measuring, and what is drawn
	AllowNoisy  bool           // mark an unsteady measurement instead of failing (fault.Unstable)
	CoolDown    *time.Duration // how long in all to leave a device alone that is hot or grows slower; nil: 5 minutes
	DefaultMode *bool          // leave off a phone's fixed-performance mode; nil: as the table says
}

// options of the measurement, for a table or, with nil, for none.
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

// tell is the progress of a profile, told to those who watch the job.
func (env *Env) tell(p profile.Progress) { env.at(p.Stage, p.Done, p.Total) }
