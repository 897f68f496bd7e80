package profile

import (
	"fbnas/latency"
	"fbnas/lut"
)

// Options of a profile; the zero value works.
type Options struct {
	Measure latency.Options // AllowNoisy marks the table instead of failing when the device does not settle
	Tool    string          // "fbnas 0.1.0": what wrote the table
	Command string          // the command that resumes after an interruption (without --force)
	Force   bool            // overwrite an existing file

	Progress func(Progress) // nil: not reported
}

// Progress of a profile, in groups (one model in one round).
type Progress struct {
	Stage string // "blocks" | "networks" | "modes"
	Done  int    // including the groups of earlier runs
	Total int
}

// Report says what a profile did.
type Report struct {
	Rows          int      // in the table
	Measured      int      // in this run and in those that it resumes
	Reused        int      // that the table had already
	Failed        int      // rows that the device cannot run
	Predicted     int      // blocks without a row, which the table predicts
	ResumedRounds int      // from the journal
	DroppedGroups int      // groups disturbed too much to count
	Noisy         string   // why the table is marked, "" when it is not
	Warnings      []string // differences that were accepted
	Table         *lut.Table
}

func protocolOf(o latency.Options) lut.Protocol {
	return lut.Protocol{
		Rounds: o.Rounds, GroupTimeUS: o.GroupTime.Microseconds(), MinRuns: o.MinRuns, MaxRuns: o.MaxRuns,
		WarmUpUS: o.WarmUp.Microseconds(), BatchModels: o.BatchModels, Seed: o.Seed,
	}
}
