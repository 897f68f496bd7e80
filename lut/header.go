package lut

import (
	"fbnas/latency/measured"
	"fbnas/models"
)

// SpaceID names a search space; the digest is its identity. YAML is the space
// itself, so that a table is enough to search in the space it was made for.
type SpaceID struct {
	Name   string `json:"name"`
	Digest string `json:"digest"`
	YAML   string `json:"yaml,omitempty"`
}

// Sentinel is the small network that everything is timed beside: every row of a
// table is a ratio to its time in the same round, multiplied by TimeUS (0 until
// it is known).
type Sentinel struct {
	Name   string  `json:"name"`
	Digest string  `json:"digest"` // SHA-256 of the model's bytes
	TimeUS float64 `json:"time_us"`
}

// Reference is the network of the space that other whole networks are timed
// beside: they ask more of caches and memory than the sentinel, and what these
// give changes with what else the device does (docs/decisions/calibration.md).
type Reference struct {
	Name   string         `json:"name"`
	Digest string         `json:"digest"`  // SHA-256 of the model's bytes
	TimeUS float64        `json:"time_us"` // as a ratio to the sentinel, times the sentinel's time
	Blocks []models.Block `json:"blocks"`  // what it is exported from
}

// Header says where a table's figures come from. Two tables' figures may stand
// beside each other when Provenance finds no difference.
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
	// DefaultMode is of a phone in fixed-performance mode; nil elsewhere.
	DefaultMode *DefaultMode `json:"default_mode,omitempty"`
	// Course is how the device was meanwhile; nil where it tells nothing.
	Course *measured.Course `json:"course,omitempty"`
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

// DefaultMode holds a phone's default mode against the fixed-performance mode
// that the table's figures are of. A user's limit is meant in default mode:
// the ratio is told, and nothing is converted by it
// (docs/decisions/fixed-performance.md).
type DefaultMode struct {
	Network string  `json:"network"` // that was timed in both: the reference network, else the sentinel
	Ratio   float64 `json:"ratio"`   // its time in default mode / in fixed-performance mode
	Spread  float64 `json:"spread"`  // by how much two comparisons differ, as a fraction
	Rounds  int     `json:"rounds"`  // in each mode
	Noisy   string  `json:"noisy,omitempty"`
}
