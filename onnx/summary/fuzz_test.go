package summary_test

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"google.golang.org/protobuf/proto"

	"fbnas/onnx"
	"fbnas/onnx/onnxpb"
	"fbnas/onnx/summary"
)

// hostile are changes to a valid model after which it must be refused, each
// with a word that the error must contain.
var hostile = []struct {
	name, says string
	change     func(g *onnxpb.GraphProto)
}{
	{"cycle", "not defined before", func(g *onnxpb.GraphProto) { g.Node[0].Input[0] = "y" }},
	{"self loop", "not defined before", func(g *onnxpb.GraphProto) { g.Node[1].Input[0] = g.Node[1].Output[0] }},
	{"value defined twice", "defined twice", func(g *onnxpb.GraphProto) { g.Node[4].Output[0] = g.Node[0].Output[0] }},
	{"initializer defined twice", "defined twice", func(g *onnxpb.GraphProto) { g.Initializer = append(g.Initializer, g.Initializer[0]) }},
	{"output from nowhere", "not defined", func(g *onnxpb.GraphProto) { g.Output[0].Name = proto.String("nowhere") }},
	{"truncated tensor", "bytes for", func(g *onnxpb.GraphProto) { g.Initializer[0].RawData = g.Initializer[0].RawData[:7] }},
	{"overflowing tensor", "too many elements", func(g *onnxpb.GraphProto) { g.Initializer[0].Dims = []int64{1 << 40, 1 << 40} }},
	{"negative tensor", "negative dimension", func(g *onnxpb.GraphProto) { g.Initializer[0].Dims = []int64{-4, 2, 3, 3} }},
	{"overflowing input", "dimension", func(g *onnxpb.GraphProto) { dims(g.Input[0], 1, 2, 1<<62, 1<<62) }},
	{"overflowing activations", "more than can be counted", func(g *onnxpb.GraphProto) { dims(g.Input[0], 1<<20, 2, 1<<30, 1<<30) }},
	{"negative input", "dimension of -7", func(g *onnxpb.GraphProto) { dims(g.Input[0], 1, 2, -7, 6) }},
	{"open input, as other programs write it", "leaves dimensions open", func(g *onnxpb.GraphProto) { dims(g.Input[0], 1, 2, -1, 6) }},
	{"integers as weights", "types", func(g *onnxpb.GraphProto) { g.Initializer[0].DataType = proto.Int32(int32(onnx.Int32)) }},
	{"weights of another rank", "dimensions", func(g *onnxpb.GraphProto) { g.Initializer[0].Dims = []int64{72} }},
	{"data elsewhere", "was not loaded", func(g *onnxpb.GraphProto) {
		g.Initializer[0].DataLocation = onnxpb.TensorProto_EXTERNAL.Enum()
	}},
	{"no filters", "contradict", func(g *onnxpb.GraphProto) {
		g.Initializer[0].Dims = []int64{0, 2, 3, 3}
		g.Initializer[0].RawData = []byte{}
	}},
}

func dims(v *onnxpb.ValueInfoProto, lengths ...int64) {
	for i, d := range v.GetType().GetTensorType().GetShape().GetDim() {
		d.Value = &onnxpb.TensorShapeProto_Dimension_DimValue{DimValue: lengths[i]}
	}
}

func TestHostileModelsAreRefused(t *testing.T) {
	for _, c := range hostile {
		m := chain(t, onnx.Fixed(1)).Clone()
		c.change(m.Proto.Graph)
		if _, err := summary.Of(m, summary.Options{}); err == nil || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: %v, want %q", c.name, err, c.says)
		}
	}
}

// TestExternalDataStaysInItsFolder: a model may not read other files.
func TestExternalDataStaysInItsFolder(t *testing.T) {
	dir := t.TempDir()
	outside := filepath.Join(dir, "outside.data")
	if err := os.WriteFile(outside, make([]byte, 4*72), 0o600); err != nil {
		t.Fatal(err)
	}
	folder := filepath.Join(dir, "model")
	if err := os.Mkdir(folder, 0o700); err != nil {
		t.Fatal(err)
	}
	for link, to := range map[string]string{"link.data": outside, "up": ".."} {
		if err := os.Symlink(to, filepath.Join(folder, link)); err != nil {
			t.Fatal(err)
		}
	}
	for _, location := range []string{outside, "../outside.data", "link.data", "up/outside.data", "./x/../../outside.data", "/dev/zero", "model.onnx\x00", ""} {
		m := chain(t, onnx.Fixed(1)).Clone()
		w := m.Proto.Graph.Initializer[0]
		w.RawData, w.DataLocation = nil, onnxpb.TensorProto_EXTERNAL.Enum()
		w.ExternalData = []*onnxpb.StringStringEntryProto{{Key: proto.String("location"), Value: &location}}
		data, err := m.Bytes()
		if err != nil {
			t.Fatal(err)
		}
		path := filepath.Join(folder, "model.onnx")
		if err := os.WriteFile(path, data, 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := onnx.Read(path); err == nil {
			t.Errorf("data at %q is read", location)
		}
	}
}

// TestManyNodesTakeTimeInProportion: no step takes time quadratic in the size of the
// file, or the test would not end in time.
func TestManyNodesTakeTimeInProportion(t *testing.T) {
	const n = 20_000
	b := onnx.NewBuilder("many", 17)
	last := b.Input("x", onnx.Float32, onnx.Dims(1, 4))
	for i := range n {
		next := fmt.Sprint("v", i)
		b.Node("Relu", []string{last}, []string{next})
		last = next
	}
	b.Output(last, onnx.Float32, onnx.Dims(1, 4))
	m := built(t, b)
	for i := range n {
		m.Proto.OpsetImport = append(m.Proto.OpsetImport, &onnxpb.OperatorSetIdProto{Domain: proto.String(fmt.Sprint("d", i)), Version: proto.Int64(1)})
	}
	s, err := summary.Of(m, summary.Options{})
	if err != nil || len(s.Nodes) != n || s.PeakBytes != 2*16 {
		t.Errorf("%v, %d nodes, peak %d", err, len(s.Nodes), s.PeakBytes)
	}
}

// FuzzSummary: nothing panics, memory stays in proportion to the file, no
// count is negative.
func FuzzSummary(f *testing.F) {
	add := func(m *onnx.Model) {
		data, err := m.Bytes()
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
		f.Add(data[:len(data)/2])
	}
	add(chain(f, onnx.Sym("N")))
	for _, c := range hostile {
		m := chain(f, onnx.Fixed(1)).Clone()
		c.change(m.Proto.Graph)
		add(m)
	}
	for _, c := range bare {
		m := dot(f, c.op, c.in).Clone()
		c.change(m.Proto)
		add(m)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		before := allocated()
		m, err := onnx.Decode(data)
		if err != nil {
			return
		}
		s, err := summary.Of(m, summary.Options{})
		if used, limit := allocated()-before, uint64(64<<20+4096*len(data)); used > limit {
			t.Errorf("%d bytes of file took %d bytes of memory", len(data), used)
		}
		if err == nil && min(s.Params, s.Weights, s.MACs, s.Pooled, s.Elements, s.Bytes, s.PeakBytes, s.ConstantBytes) < 0 {
			t.Errorf("a negative count in %+v", s)
		}
	})
}

func allocated() uint64 {
	var s runtime.MemStats
	runtime.ReadMemStats(&s)
	return s.TotalAlloc
}
