package lut

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"

	"fbnas/latency"
	"fbnas/models"
)

// Plan is what a profile measures.
type Plan struct {
	Space    SpaceID
	Sentinel latency.Model
	Blocks   []models.Block // every block that the space can ask for; heads at any number of classes
	MaxRows  int            // that may be measured; the others are predicted. 0: no limit

	// Export returns the ONNX model of a block, and its digest with the
	// weights blanked: a row whose digest is another is measured again.
	Export func(models.Block) (latency.Model, string, error)

	// Networks returns the networks that calibrate and validate the table,
	// which has its rows by then (Table.Choose spreads them over the latency
	// range). It must depend on nothing but the table and the plan. Nil: the
	// table is neither calibrated nor validated.
	Networks func(*Table) (calibration, validation []Network, err error)
}

// Network is a whole network to be timed beside the sum of its rows.
type Network struct {
	Name   string
	Blocks []models.Block
	MACs   int64
	Model  latency.Model
}

// Options of a profile; the zero value works.
type Options struct {
	Measure latency.Options // AllowNoisy marks the table instead of failing when the device does not settle
	Tool    string          // "fbnas 0.1.0": who wrote the table
	Command string          // the command line that goes on after an interruption (without --force)
	Force   bool            // overwrite what is there, whatever it is
}

// Progress of a profile, in groups (one model in one round).
type Progress struct {
	Stage string // "blocks" | "networks"
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
	Table         *Table
}

// Protocol is what of latency.Options decides a figure, as a table states it
// (threads and cores are in the condition).
type Protocol struct {
	Rounds      int    `json:"rounds"`
	GroupTimeUS int64  `json:"group_time_us"`
	MinRuns     int    `json:"min_runs"`
	MaxRuns     int    `json:"max_runs"`
	WarmUpUS    int64  `json:"warm_up_us"`
	BatchModels int    `json:"batch_models"`
	Seed        uint64 `json:"seed,string"`
}

func protocolOf(o latency.Options) Protocol {
	return Protocol{
		Rounds: o.Rounds, GroupTimeUS: o.GroupTime.Microseconds(), MinRuns: o.MinRuns, MaxRuns: o.MaxRuns,
		WarmUpUS: o.WarmUp.Microseconds(), BatchModels: o.BatchModels, Seed: o.Seed,
	}
}

// batchID names a batch by the sentinel and the models in it.
func batchID(sentinel string, digests []string, batch []int) string {
	h := sha256.New()
	fmt.Fprintln(h, sentinel)
	for _, i := range batch {
		fmt.Fprintln(h, digests[i])
	}
	return hex.EncodeToString(h.Sum(nil)[:16])
}
