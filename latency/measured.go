package latency

import (
	"fbnas/latency/measured"
	"fbnas/latency/wire"
)

// What a Meter reports (see the package measured).
type (
	Device      = measured.Device
	DeviceModel = measured.DeviceModel
	Condition   = measured.Condition
	Round       = measured.Round
	Group       = measured.Group
	Failure     = measured.Failure
	Course      = measured.Course

	// Unusual counts values of a model's outputs that make its time doubtful.
	Unusual = wire.Unusual
)

// Number formats that models compute in.
const (
	FP32 = measured.FP32
	Int8 = measured.Int8
)

// The values of Condition.FixedPerformance.
const (
	FixedOn          = measured.FixedOn
	FixedOff         = measured.FixedOff
	FixedUnsupported = measured.FixedUnsupported
)

// Precisions are the formats that a table can be of.
var Precisions = measured.Precisions
