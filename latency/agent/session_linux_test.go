package agent

import (
	"encoding/binary"
	"fmt"
	"math"
	"strings"
	"testing"

	"fbnas/internal/convert"
	"fbnas/internal/ortc"
	"fbnas/internal/setup"
	"fbnas/latency/wire"
	"fbnas/onnx"
	"fbnas/onnx/onnxpb"
)

func TestCountOfUnusualOutputs(t *testing.T) {
	var singles, doubles, halves []byte
	for _, v := range []float64{0, 1, -1e-40, 1e-45, math.Inf(-1), math.NaN(), math.NaN(), math.NaN(), -0x1p-126, math.MaxFloat32} {
		singles = binary.LittleEndian.AppendUint32(singles, math.Float32bits(float32(v)))
		doubles = binary.LittleEndian.AppendUint64(doubles, math.Float64bits(v))
		halves = binary.LittleEndian.AppendUint16(halves, convert.ToFloat16(float32(v)))
	}
	for _, c := range []struct {
		kind int
		data []byte
		want wire.Unusual
	}{
		{ortc.Float, singles, wire.Unusual{NaNs: 3, Infinite: 1, Denormal: 2, OutOf: 10}},
		{ortc.Double, doubles, wire.Unusual{NaNs: 3, Infinite: 1, OutOf: 10}},
		{ortc.Float16, halves, wire.Unusual{NaNs: 3, Infinite: 2, OutOf: 10}}, // float16 has no number as large as the largest float32
		{ortc.Int64, doubles, wire.Unusual{}},
	} {
		var got wire.Unusual
		if count(&got, ortc.Output{Type: c.kind, Data: c.data}); got != c.want {
			t.Errorf("type %d: %+v, want %+v", c.kind, got, c.want)
		}
	}
	if got := (wire.Unusual{NaNs: 3, Infinite: 1, OutOf: 9}).String(); got != "3 NaNs and 1 infinity among 9 numbers" {
		t.Error(got)
	}
}

// caster is a model that casts x, of a type and shape, to float32.
func caster(t *testing.T, dtype onnx.DType, shape onnx.Shape) []byte {
	t.Helper()
	b := onnx.NewBuilder("caster", 17)
	b.Node("Cast", []string{b.Input("x", dtype, shape)}, []string{"y"}, onnx.Int("to", int(onnx.Float32)))
	b.Output("y", onnx.Float32, shape)
	m, err := b.Model()
	if err != nil {
		t.Fatal(err)
	}
	data, err := m.Bytes()
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// TestFeedDrawsForEveryType runs a model on drawn inputs of each type: integers
// are 0 and 1, floats about standard normal, bytes anything.
func TestFeedDrawsForEveryType(t *testing.T) {
	library, err := setup.ORTLibrary()
	if err != nil {
		t.Skip(err)
	}
	rt, err := ortc.Open(library)
	if err != nil {
		t.Fatal(err)
	}
	defer rt.Close()
	const n = 1000
	for dtype, want := range map[onnx.DType]struct{ least, most, mean, tolerance float64 }{
		onnx.Float32: {-6, 6, 0, .15}, onnx.Float64: {-6, 6, 0, .15}, onnx.Float16: {-6, 6, 0, .15}, onnx.BFloat16: {-6, 6, 0, .15},
		onnx.Uint8: {0, 255, 127.5, 12}, onnx.Int8: {-128, 127, -.5, 12},
		onnx.Int16: {0, 1, .5, .1}, onnx.Uint16: {0, 1, .5, .1}, onnx.Int32: {0, 1, .5, .1}, onnx.Uint32: {0, 1, .5, .1},
		onnx.Int64: {0, 1, .5, .1}, onnx.Uint64: {0, 1, .5, .1}, onnx.Bool: {0, 1, .5, .1},
	} {
		s, err := rt.NewSession(caster(t, dtype, onnx.Shape{onnx.Sym("batch"), onnx.Fixed(n)}), ortc.Options{})
		if err != nil {
			t.Errorf("%v: %v", dtype, err)
			continue
		}
		sum, least, most := 0., math.Inf(1), math.Inf(-1)
		if err := feed(s, 1); err != nil {
			t.Errorf("%v: %v", dtype, err)
		} else if err := s.Run(); err != nil {
			t.Errorf("%v: %v", dtype, err)
		} else if out, err := s.Outputs(); err != nil || len(out[0]) != n {
			t.Errorf("%v: %d numbers, %v", dtype, len(out[0]), err)
		} else {
			for _, v := range out[0] {
				sum, least, most = sum+float64(v), math.Min(least, float64(v)), math.Max(most, float64(v))
			}
			if least < want.least || most > want.most || math.Abs(sum/n-want.mean) > want.tolerance || least == most {
				t.Errorf("%v: from %g to %g, mean %g; want %+v", dtype, least, most, sum/n, want)
			}
		}
		s.Close()
	}
	for _, shape := range []onnx.Shape{{onnx.Fixed(1), onnx.Sym("width")}, {onnx.Sym("N"), onnx.Fixed(3), onnx.Sym("")}} {
		s, err := rt.NewSession(caster(t, onnx.Float32, shape), ortc.Options{})
		if err != nil {
			t.Fatal(err)
		}
		if err := feed(s, 1); err == nil || !strings.Contains(err.Error(), "every dimension after the first") {
			t.Errorf("%v: %v", shape, err)
		}
		s.Close()
	}
}

// TestOutputsThatAreNoTensors: a sequence is ignored, and the model can run more
// than once.
func TestOutputsThatAreNoTensors(t *testing.T) {
	library, err := setup.ORTLibrary()
	if err != nil {
		t.Skip(err)
	}
	rt, err := ortc.Open(library)
	if err != nil {
		t.Fatal(err)
	}
	defer rt.Close()
	b := onnx.NewBuilder("sequence", 17)
	x := b.Input("x", onnx.Float32, onnx.Dims(2, 3))
	b.Node("Sum", []string{x, x}, []string{"list"})
	b.Node("Log", []string{b.Op("Sub", []string{x, x})}, []string{"y"})
	b.Output("y", onnx.Float32, onnx.Dims(2, 3))
	b.Output("list", onnx.Float32, nil)
	m, err := b.Model()
	if err != nil {
		t.Fatal(err)
	}
	g := m.Proto.Graph
	*g.Node[0].OpType = "SequenceConstruct"
	list := &onnxpb.TypeProto{}
	list.ProtoReflect().SetUnknown([]byte{0x22, 6, 0x0a, 4, 0x0a, 2, 8, 1}) // a sequence of tensors of float32
	g.Output[1].Type = list
	model, err := m.Bytes()
	if err != nil {
		t.Fatal(err)
	}
	plain, err := rt.NewSession(model, ortc.Options{})
	if err != nil {
		t.Fatal(err)
	}
	s := &ortSession{plain}
	defer s.Close()
	if err := feed(plain, 1); err != nil {
		t.Fatal(err)
	}
	for range 3 {
		if err := s.Run(); err != nil {
			t.Fatal(err)
		}
	}
	found, err := s.Check()
	if err != nil || fmt.Sprint(found) != "6 infinities among 6 numbers" {
		t.Errorf("%v, %v", found, err)
	}
}
