package agent

import (
	"fmt"
	"math"

	"fbnas/internal/ortc"
	"fbnas/internal/random"
	"fbnas/latency/wire"
)

// feed gives every input of a session random values, the same for the same
// seed, place and shape: standard-normal ones, and any byte for pixels and codes.
func feed(s *ortc.Session, seed uint64) error {
	for i, in := range s.Inputs {
		shape := make([]int64, len(in.Shape))
		elements := int64(1)
		for d, n := range in.Shape {
			shape[d] = max(n, 1)
			elements *= shape[d]
			if elements > 1<<28 {
				return fmt.Errorf("input %s %v: %w", in.Name, in.Shape, errTooLarge)
			}
		}
		stream := random.New(seed, "latency input", uint64(i))
		var err error
		switch in.Type {
		case ortc.Float:
			err = s.SetInput(i, drawn(elements, func() float32 { return float32(stream.NormFloat64()) }), shape)
		case ortc.Byte, ortc.Int8:
			err = s.SetBytes(i, drawn(elements, func() uint8 { return uint8(stream.Uint32()) }), shape)
		default:
			err = fmt.Errorf("input %s is of element type %d: only float32, uint8 and int8 inputs can be measured", in.Name, in.Type)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func drawn[T any](n int64, draw func() T) []T {
	values := make([]T, n)
	for i := range values {
		values[i] = draw()
	}
	return values
}

// ortSession is a session whose errors are failures of the model.
type ortSession struct{ *ortc.Session }

func (s *ortSession) Run() error {
	if err := s.Session.Run(); err != nil {
		return failure(wire.KindRun, err)
	}
	return nil
}

// Check refuses outputs that are not numbers, and denormal ones: processors
// take many times as long for those as for the values of real use.
func (s *ortSession) Check() error {
	outputs, err := s.Outputs()
	if err != nil {
		return failure(wire.KindRun, err)
	}
	for i, values := range outputs {
		if kind := unusual(values); kind != "" {
			return &wire.Failure{Kind: wire.KindBadOutput, Detail: fmt.Sprintf("output %d holds %s", i, kind)}
		}
	}
	return nil
}

func unusual(values []float32) string {
	const smallestNormal = 0x1p-126
	for _, v := range values {
		size := math.Abs(float64(v))
		switch {
		case math.IsNaN(size):
			return "a NaN"
		case math.IsInf(size, 1):
			return "an infinity"
		case size > 0 && size < smallestNormal:
			return "a denormal number"
		}
	}
	return ""
}
