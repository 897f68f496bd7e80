package onnx_test

import (
	"encoding/binary"
	"math"
	"slices"
	"strings"
	"testing"

	"google.golang.org/protobuf/proto"

	"fbnas/onnx"
	"fbnas/onnx/onnxpb"
)

func TestValuesComeBack(t *testing.T) {
	same(t, []float32{1.5, -0, float32(math.Inf(1))})
	same(t, []float64{1e300, -2})
	same(t, []int64{math.MinInt64, math.MaxInt64})
	same(t, []int32{-1, math.MaxInt32})
	same(t, []int16{-2})
	same(t, []int8{-128, 127})
	same(t, []uint64{math.MaxUint64})
	same(t, []uint32{math.MaxUint32})
	same(t, []uint16{65535})
	same(t, []uint8{0, 255})
	same(t, []bool{true, false})
}

func same[T onnx.Element](t *testing.T, data []T) {
	t.Helper()
	tensor := onnx.Vector("v", data...)
	if got, err := onnx.Values[T](tensor); err != nil || !slices.Equal(got, data) {
		t.Errorf("%v: %v (%v), want %v", tensor.DType, got, err, data)
	}
	wide, err := tensor.Float64s()
	if err != nil || len(wide) != len(data) {
		t.Errorf("%v as float64: %v (%v)", tensor.DType, wide, err)
	}
	if _, err := onnx.Values[T](onnx.Tensor{DType: tensor.DType, Dims: []int64{int64(len(data)) + 1}, Raw: tensor.Raw}); err == nil {
		t.Errorf("%v: bytes that do not fit the dimensions are accepted", tensor.DType)
	}
}

// The typed fields of a TensorProto give the same as raw_data.
func TestTypedFields(t *testing.T) {
	for _, c := range []struct {
		name string
		in   *onnxpb.TensorProto
		want []float64
	}{
		{"float32", &onnxpb.TensorProto{FloatData: []float32{1.5, -2}}, []float64{1.5, -2}},
		{"float64", &onnxpb.TensorProto{DoubleData: []float64{1.5, -2}}, []float64{1.5, -2}},
		{"int64", &onnxpb.TensorProto{Int64Data: []int64{3, -4}}, []float64{3, -4}},
		{"int32", &onnxpb.TensorProto{Int32Data: []int32{3, -4}}, []float64{3, -4}},
		{"int16", &onnxpb.TensorProto{Int32Data: []int32{3, -4}}, []float64{3, -4}},
		{"int8", &onnxpb.TensorProto{Int32Data: []int32{3, -4}}, []float64{3, -4}},
		{"uint8", &onnxpb.TensorProto{Int32Data: []int32{3, 255}}, []float64{3, 255}},
		{"uint16", &onnxpb.TensorProto{Int32Data: []int32{3, 65535}}, []float64{3, 65535}},
		{"uint32", &onnxpb.TensorProto{Uint64Data: []uint64{3, 1<<32 - 1}}, []float64{3, 1<<32 - 1}},
		{"uint64", &onnxpb.TensorProto{Uint64Data: []uint64{3, 4}}, []float64{3, 4}},
		{"bool", &onnxpb.TensorProto{Int32Data: []int32{0, 1}}, []float64{0, 1}},
		{"float16", &onnxpb.TensorProto{Int32Data: []int32{0x3e00, 0xc000}}, []float64{1.5, -2}},
		{"bfloat16", &onnxpb.TensorProto{Int32Data: []int32{0x3fc0, 0xc000}}, []float64{1.5, -2}},
	} {
		for dt := onnx.Float32; dt <= onnx.BFloat16; dt++ {
			if dt.String() == c.name {
				c.in.DataType = proto.Int32(int32(dt))
			}
		}
		c.in.Dims = []int64{2}
		tensor, err := onnx.TensorOf(c.in)
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		if got, err := tensor.Float64s(); err != nil || !slices.Equal(got, c.want) {
			t.Errorf("%s: %v (%v), want %v", c.name, got, err, c.want)
		}
	}
}

// Every float16 survives conversion to float64 and back; between two neighbours
// the nearer one is taken, in the middle the even one.
func TestFloat16(t *testing.T) {
	for code := range 1 << 16 {
		h := onnx.Tensor{DType: onnx.Float16, Raw: binary.LittleEndian.AppendUint16(nil, uint16(code))}
		v := float64s(t, h)[0]
		back := onnx.Float16Tensor[int]("", []float32{float32(v)})
		got := binary.LittleEndian.Uint16(back.Raw)
		if math.IsNaN(v) {
			if got&0x7c00 != 0x7c00 || got&0x3ff == 0 {
				t.Errorf("NaN %04x became %04x", code, got)
			}
			continue
		}
		if int(got) != code {
			t.Errorf("%04x is %g, which became %04x", code, v, got)
		}
	}
	for v, want := range map[float32]float64{
		1 + 1.0/2048: 1, 1 + 3.0/2048: 1 + 2.0/1024, 65519: 65504, 65520: math.Inf(1),
		1e-8: 0, 3 * 0x1p-25: 0x1p-23, 0x1p-14 - 0x1p-26: 0x1p-14,
	} {
		if got := float64s(t, onnx.Float16Tensor[int]("", []float32{v}))[0]; got != want {
			t.Errorf("%g became %g, want %g", v, got, want)
		}
	}
}

func float64s(t *testing.T, x onnx.Tensor) []float64 {
	t.Helper()
	v, err := x.Float64s()
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func TestBrokenTensorsAreRefused(t *testing.T) {
	for _, c := range []struct {
		name, says string
		in         *onnxpb.TensorProto
	}{
		{"nothing", "missing", nil},
		{"no type", "no raw form", &onnxpb.TensorProto{}},
		{"strings", "no raw form", &onnxpb.TensorProto{DataType: proto.Int32(8), StringData: [][]byte{{1}}}},
		{"negative", "negative dimension", &onnxpb.TensorProto{DataType: proto.Int32(1), Dims: []int64{-1, -1}, RawData: []byte{0, 0, 0, 0}}},
		{"too many", "too many elements", &onnxpb.TensorProto{DataType: proto.Int32(1), Dims: []int64{1 << 40, 1 << 40}}},
		{"bytes overflow", "0 bytes", &onnxpb.TensorProto{DataType: proto.Int32(1), Dims: []int64{1 << 62}}},
		{"short", "3 bytes", &onnxpb.TensorProto{DataType: proto.Int32(1), RawData: []byte{0, 0, 0}}},
		{"segment", "segment", &onnxpb.TensorProto{DataType: proto.Int32(1), Segment: &onnxpb.TensorProto_Segment{}}},
		{"external", "another file", &onnxpb.TensorProto{DataType: proto.Int32(1), DataLocation: onnxpb.TensorProto_EXTERNAL.Enum()}},
	} {
		if _, err := onnx.TensorOf(c.in); err == nil || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: error %v, want one about %q", c.name, err, c.says)
		}
	}
}
