package tbevents

import (
	"math"
	"time"

	"google.golang.org/protobuf/encoding/protowire"
)

// Fields of TensorFlow's messages Event, Summary and Summary.Value.
const (
	eventWallTime    = 1 // double, seconds since 1970
	eventStep        = 2 // int64
	eventFileVersion = 3 // string, in the first event of a file only
	eventSummary     = 5 // Summary
	summaryValue     = 1 // repeated Value
	valueTag         = 1 // string
	valueSimple      = 2 // float
)

// version is the content of the first event of a file.
const version = "brain.Event:2"

// Scalar is one value under a tag, for instance "train/loss". TensorBoard
// keeps it as a float32.
type Scalar struct {
	Tag   string
	Value float64
}

func wallTime(now time.Time) []byte {
	b := protowire.AppendTag(nil, eventWallTime, protowire.Fixed64Type)
	return protowire.AppendFixed64(b, math.Float64bits(float64(now.UnixMicro())/1e6))
}

func versionEvent(now time.Time) []byte {
	b := protowire.AppendTag(wallTime(now), eventFileVersion, protowire.BytesType)
	return protowire.AppendString(b, version)
}

func scalarsEvent(now time.Time, step int, scalars []Scalar) []byte {
	var summary []byte
	for _, s := range scalars {
		value := protowire.AppendTag(nil, valueTag, protowire.BytesType)
		value = protowire.AppendString(value, s.Tag)
		value = protowire.AppendTag(value, valueSimple, protowire.Fixed32Type)
		value = protowire.AppendFixed32(value, math.Float32bits(float32(s.Value)))
		summary = protowire.AppendTag(summary, summaryValue, protowire.BytesType)
		summary = protowire.AppendBytes(summary, value)
	}
	b := protowire.AppendTag(wallTime(now), eventStep, protowire.VarintType)
	b = protowire.AppendVarint(b, uint64(step))
	b = protowire.AppendTag(b, eventSummary, protowire.BytesType)
	return protowire.AppendBytes(b, summary)
}

// eventHead is the part of an event that continuing a file needs.
type eventHead struct {
	step    int64
	version string
}

// readEvent returns false for bytes that are no event.
func readEvent(b []byte) (e eventHead, ok bool) {
	for len(b) > 0 {
		field, kind, n := protowire.ConsumeTag(b)
		if n < 0 {
			return e, false
		}
		b = b[n:]
		switch {
		case field == eventStep && kind == protowire.VarintType:
			var v uint64
			v, n = protowire.ConsumeVarint(b)
			e.step = int64(v)
		case field == eventFileVersion && kind == protowire.BytesType:
			e.version, n = protowire.ConsumeString(b)
		default:
			n = protowire.ConsumeFieldValue(field, kind, b)
		}
		if n < 0 {
			return e, false
		}
		b = b[n:]
	}
	return e, true
}
