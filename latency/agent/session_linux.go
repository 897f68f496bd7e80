package agent

import (
	"encoding/binary"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"

	"fbnas/internal/convert"
	"fbnas/internal/ortc"
	"fbnas/internal/random"
	"fbnas/latency/wire"
)

// draws appends an element of each type to a tensor in memory layout:
// standard-normal floats, any byte for pixels and codes, and 0 or 1 for the
// longer integers, which are mostly indices and lengths.
var draws = map[int]func(data []byte, r *rand.Rand) []byte{
	ortc.Float: func(data []byte, r *rand.Rand) []byte {
		return binary.LittleEndian.AppendUint32(data, math.Float32bits(float32(r.NormFloat64())))
	},
	ortc.Double: func(data []byte, r *rand.Rand) []byte {
		return binary.LittleEndian.AppendUint64(data, math.Float64bits(r.NormFloat64()))
	},
	ortc.Float16: func(data []byte, r *rand.Rand) []byte {
		return binary.LittleEndian.AppendUint16(data, convert.ToFloat16(float32(r.NormFloat64())))
	},
	ortc.BFloat16: func(data []byte, r *rand.Rand) []byte {
		return binary.LittleEndian.AppendUint16(data, uint16(math.Float32bits(float32(r.NormFloat64()))>>16))
	},
	ortc.Byte:   func(data []byte, r *rand.Rand) []byte { return append(data, uint8(r.Uint32())) },
	ortc.Int8:   func(data []byte, r *rand.Rand) []byte { return append(data, uint8(r.Uint32())) },
	ortc.Bool:   bit,
	ortc.Int16:  bit,
	ortc.Uint16: bit,
	ortc.Int32:  bit,
	ortc.Uint32: bit,
	ortc.Int64:  bit,
	ortc.Uint64: bit,
}

// bit is the lowest byte of 0 or 1; feed adds the others.
func bit(data []byte, r *rand.Rand) []byte { return append(data, uint8(r.Uint32()&1)) }

// feed draws values for every input of a session, the same for the same seed,
// position and shape. A batch that the model leaves open is 1; any other open
// dimension is refused, because it decides how much the model computes.
func feed(s *ortc.Session, seed uint64) error {
	for i, in := range s.Inputs {
		shape, elements := slices.Clone(in.Shape), int64(1)
		for d, n := range in.Shape {
			switch {
			case n == 0 || n < 0 && d > 0:
				return fmt.Errorf("input %s %v: every dimension after the first needs a length of 1 or more", in.Name, in.Shape)
			case n < 0:
				shape[d] = 1
			}
			if elements *= shape[d]; elements > 1<<28 {
				return fmt.Errorf("input %s %v: %w", in.Name, in.Shape, errTooLarge)
			}
		}
		draw := draws[in.Type]
		if draw == nil {
			return fmt.Errorf("input %s is of element type %d, for which no values can be drawn", in.Name, in.Type)
		}
		stream, size := random.New(seed, "latency input", uint64(i)), ortc.Size(in.Type)
		data := make([]byte, 0, elements*int64(size))
		for n := 1; n <= int(elements); n++ {
			data = draw(data, stream)[:n*size]
		}
		if err := s.SetBytes(i, data, shape); err != nil {
			return err
		}
	}
	return nil
}

// ortSession is a session whose errors are failures of the model.
type ortSession struct{ *ortc.Session }

func (s *ortSession) Run() error {
	if err := s.Session.Run(); err != nil {
		return failure(wire.KindRun, err)
	}
	return nil
}

// Check counts outputs that are not numbers, and denormal ones.
func (s *ortSession) Check() (wire.Unusual, error) {
	outputs, err := s.Raw()
	if err != nil {
		return wire.Unusual{}, failure(wire.KindRun, err)
	}
	var found wire.Unusual
	for _, o := range outputs {
		count(&found, o)
	}
	return found, nil
}

// floats reads an element of each float type, with the least number of the type
// that is not denormal. Halves have none: runtimes compute them as float32, where
// they are normal numbers, or in hardware that takes them at full speed.
var floats = map[int]struct {
	read  func([]byte) float64
	least float64
}{
	ortc.Float:   {func(b []byte) float64 { return float64(math.Float32frombits(binary.LittleEndian.Uint32(b))) }, 0x1p-126},
	ortc.Double:  {func(b []byte) float64 { return math.Float64frombits(binary.LittleEndian.Uint64(b)) }, 0x1p-1022},
	ortc.Float16: {func(b []byte) float64 { return convert.Float16(binary.LittleEndian.Uint16(b)) }, 0},
}

// count adds the unusual values of one output.
func count(found *wire.Unusual, o ortc.Output) {
	kind, ok := floats[o.Type]
	if !ok {
		return
	}
	size := ortc.Size(o.Type)
	for b := o.Data; len(b) > 0; b = b[size:] {
		v := math.Abs(kind.read(b))
		switch {
		case math.IsNaN(v):
			found.NaNs++
		case math.IsInf(v, 1):
			found.Infinite++
		case v > 0 && v < kind.least:
			found.Denormal++
		}
		found.OutOf++
	}
}
