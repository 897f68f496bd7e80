package lut

import (
	"fbnas/latency/measured"
	"fbnas/models"
)

// SpaceID names a search space; the digest is its identity. YAML is the space
// itself, so that a table is all that a search in its space needs.
type SpaceID struct {
	Name   string `json:"name"`
	Digest string `json:"digest"`
	YAML   string `json:"yaml,omitempty"`
}

// Sentinel is the small network beside which everything is timed: every row of a
// table is the ratio to its time in the same round, multiplied by TimeUS (0 until
// it is known).
type Sentinel struct {
	Name   string  `json:"name"`
	Digest string  `json:"digest"` // SHA-256 of the model's bytes
	TimeUS float64 `json:"time_us"`
}

// Reference is the network of the space beside which other whole networks are
// timed: they use caches and memory more than the sentinel does, and how much
// these slow a network down changes with what else the device does
// (docs/decisions/calibration.md).
type Reference struct {
	Name   string         `json:"name"`
	Digest string         `json:"digest"`  // SHA-256 of the model's bytes
	TimeUS float64        `json:"time_us"` // as a ratio to the sentinel, times the sentinel's time
	Blocks []models.Block `json:"blocks"`  // the blocks that it is exported from
}

// Header says where a table's figures come from. The figures of two tables may be
// combined in one when Provenance finds no difference.
type Header struct {
	Version   int                `json:"version"`
	Tool      string             `json:"tool"`
	Device    measured.Device    `json:"device"`
	Condition measured.Condition `json:"condition"`
	Space     SpaceID            `json:"space"`
	Also      []SpaceID          `json:"also,omitempty"` // spaces of tables merged into this one
	Sentinel  Sentinel           `json:"sentinel"`
	Reference *Reference         `json:"reference,omitempty"` // nil: networks are timed beside the sentinel
	Protocol  Protocol           `json:"protocol"`
	Noisy     string             `json:"noisy,omitempty"` // why the measurement was not steady, "" when it was
	// DefaultMode compares a phone's default mode with fixed-performance mode;
	// nil elsewhere.
	DefaultMode *DefaultMode `json:"default_mode,omitempty"`
	// Course is the device's state over time; nil where it reports nothing.
	Course *measured.Course `json:"course,omitempty"`
}

// Protocol is the part of latency.Options that affects figures, as a table states
// it (threads and cores are in the condition).
type Protocol struct {
	Rounds      int    `json:"rounds"`
	GroupTimeUS int64  `json:"group_time_us"`
	MinRuns     int    `json:"min_runs"`
	MaxRuns     int    `json:"max_runs"`
	WarmUpUS    int64  `json:"warm_up_us"`
	BatchModels int    `json:"batch_models"`
	Seed        uint64 `json:"seed,string"`
}

// DefaultMode compares a phone's default mode with the fixed-performance mode of
// the table's figures. A user's limit is meant in default mode: the ratio is
// reported, and nothing is converted by it (docs/decisions/fixed-performance.md).
type DefaultMode struct {
	Network string  `json:"network"` // timed in both modes: the reference network, else the sentinel
	Ratio   float64 `json:"ratio"`   // its time in default mode / in fixed-performance mode
	Spread  float64 `json:"spread"`  // difference of two comparisons, as a fraction
	Rounds  int     `json:"rounds"`  // in each mode
	Noisy   string  `json:"noisy,omitempty"`
}
