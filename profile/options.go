package profile

import (
	"fbnas/latency"
	"fbnas/lut"
)

// Options of a profile; the zero value works.
type Options struct {
	Measure latency.Options // AllowNoisy marks the table instead of failing when the device does not settle
	Tool    string          // "fbnas 0.1.0": who wrote the table
	Command string          // the command line that goes on after an interruption (without --force)
	Force   bool            // overwrite what is there, whatever it is

	Progress func(Progress) // nil: nobody hears of it
}

// Progress of a profile, in groups (one model in one round).
type Progress struct {
	Stage string // "blocks" | "networks" | "modes"
	Done  int    // earlier runs' groups included
	Total int
}

// Report says what a profile did.
type Report struct {
	Rows          int      // in the table
	Measured      int      // rows measured, by this run and the ones it went on from
	Reused        int      // rows that the table had
	Failed        int      // rows that the device cannot run
	Predicted     int      // blocks without a row, which the table predicts
	ResumedRounds int      // rounds taken from the journal
	DroppedGroups int      // groups disturbed too much to count
	Noisy         string   // why the table is marked, "" when it is not
	Warnings      []string // what differs and was let pass
	Table         *lut.Table
}

func protocolOf(o latency.Options) lut.Protocol {
	return lut.Protocol{
		Rounds: o.Rounds, GroupTimeUS: o.GroupTime.Microseconds(), MinRuns: o.MinRuns, MaxRuns: o.MaxRuns,
		WarmUpUS: o.WarmUp.Microseconds(), BatchModels: o.BatchModels, Seed: o.Seed,
	}
}
