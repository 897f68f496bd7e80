package measured

import (
	"fbnas/latency/stats"
	"fbnas/latency/wire"
)

// Group is one timed group: runs of one model in one round of one batch.
type Group = wire.Group

// Round is one complete round of a batch: the sentinel's groups (at least one
// before and one after the models) and one group of each model. It is the unit of
// a journal: a completely reported round is never measured again.
type Round struct {
	Batch    int     `json:"batch"`
	Round    int     `json:"round"`
	Sentinel []Group `json:"sentinel"`
	Groups   []Group `json:"groups"`
	Rejected string  `json:"rejected,omitempty"` // why the round does not count, "" if it does
	Noisy    string  `json:"noisy,omitempty"`    // why the round only counts because the options allow noise
	Course   *Course `json:"course,omitempty"`   // what is known of the time since the previous round
}

// Failure says that a model cannot be measured, and why: its Kind is create,
// run, oom, timeout, crash, unsupported_op or bad_output.
type Failure = wire.Failure

// SentinelUS is the median of the sentinel's groups, in µs.
func (r Round) SentinelUS() float64 {
	medians := make([]float64, len(r.Sentinel))
	for i, g := range r.Sentinel {
		medians[i] = g.MedianUS
	}
	return stats.Median(medians)
}
