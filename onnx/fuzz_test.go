package onnx_test

import (
	"bytes"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"google.golang.org/protobuf/encoding/protowire"
	"google.golang.org/protobuf/proto"

	"fbnas/internal/setup"
	"fbnas/onnx"
	"fbnas/onnx/onnxpb"
)

// FuzzDecode passes hostile files to everything that reads a model before it
// is run. Nothing may panic, memory must stay in proportion to the file,
// and every decoded model must encode.
func FuzzDecode(f *testing.F) {
	for _, m := range []*onnx.Model{small(f), hostile()} {
		data, err := m.Bytes()
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
		f.Add(data[:len(data)/2])
	}
	seedVectors(f, "basic_conv_with_padding", "slice", "split_variable_parts_1d", "gemm_all_attributes",
		"reshape_negative_dim", "batchnorm_example_training_mode", "resize_upsample_scales_nearest")
	f.Fuzz(func(t *testing.T, data []byte) {
		before := allocated()
		m, err := onnx.Decode(data)
		if err != nil {
			return
		}
		_ = onnx.Check(m)
		_, _ = m.Initializers()
		_, _ = m.Inputs(), m.Outputs()
		_, _ = m.AtShapes(nil)
		_, _ = m.Widened()
		for _, v := range append(m.Inputs(), m.Outputs()...) {
			_, _ = m.Cut(v.Name, "")
			_, _ = m.Cut("", v.Name)
			break
		}
		if used, limit := allocated()-before, uint64(64<<20+4096*len(data)); used > limit {
			t.Errorf("%d bytes of file took %d bytes of memory", len(data), used)
		}
		again, err := m.Bytes()
		if err != nil {
			t.Fatal(err)
		}
		if _, err := onnx.Decode(again); err != nil {
			t.Errorf("what was decoded does not decode again: %v", err)
		}
	})
}

// seedVectors adds the models of some conformance vectors, where there are any.
func seedVectors(f *testing.F, names ...string) {
	dir, err := setup.ONNXTestdata()
	if err != nil {
		return
	}
	for _, name := range names {
		data, err := os.ReadFile(filepath.Join(dir, "node", "test_"+name, "model.onnx"))
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
	}
}

func allocated() uint64 {
	var s runtime.MemStats
	runtime.ReadMemStats(&s)
	return s.TotalAlloc
}

// hostile is a model that a fuzzer would need long to find: cycles, names used for
// everything, lengths whose product overflows, excessive ranks and parts.
func hostile() *onnx.Model {
	b := onnx.NewBuilder("hostile", 17)
	huge := b.Input("huge", onnx.Float32, onnx.Dims[int64](1<<62, 1<<62, -5))
	long := b.Initializer("long", onnx.Vector("", make([]int64, 10000)...))
	b.Node("Relu", []string{"loop"}, []string{"loop"})
	b.Node("Reshape", []string{huge, long}, []string{"r"})
	b.Node("Expand", []string{huge, long}, []string{"e"})
	b.Node("Unsqueeze", []string{huge, long}, []string{"u"})
	b.Node("Split", []string{huge, long}, make([]string, 10000), onnx.Int("axis", 1<<62))
	b.Node("Slice", []string{huge, long, long, long, long}, []string{"s"})
	b.Node("Conv", []string{huge, huge, huge}, []string{"c"}, onnx.Int[int64]("group", -1<<63), onnx.Ints[int64]("strides", 0, -1<<63))
	b.Node("Pad", []string{huge, b.Const(onnx.Vector[int64]("", 1<<62, 1<<62, 1<<62, 1<<62, 1<<62, 1<<62))}, []string{"p"})
	b.Node("Constant", nil, []string{"nothing"}, onnx.String("value", ""))
	b.Node("ConstantOfShape", []string{b.Const(onnx.Vector[int64]("", 1<<40, 1<<40))}, []string{"zeros"})
	b.Node("Flatten", []string{"zeros"}, []string{"f"})
	m := b.Unchecked()
	for _, n := range m.Proto.Graph.Node {
		if n.GetOpType() == "Constant" {
			n.Attribute[0].Type = onnxpb.AttributeProto_TENSOR.Enum()
			n.Attribute[0].T = onnx.Tensor{DType: 99, Dims: []int64{1 << 62, 1 << 62}}.Proto()
		}
	}
	return m
}

// TestHostileModelIsSurvived runs the hostile seed without fuzzing, with
// tensors that lack their message.
func TestHostileModelIsSurvived(t *testing.T) {
	m := hostile()
	m.Proto.Graph.Node = append(m.Proto.Graph.Node, &onnxpb.NodeProto{
		OpType: proto.String("Constant"), Output: []string{"none"},
		Attribute: []*onnxpb.AttributeProto{{Name: proto.String("value"), Type: onnxpb.AttributeProto_TENSOR.Enum()}},
	})
	if err := onnx.Check(m); err == nil {
		t.Error("the hostile model passes")
	}
	if err := onnx.Check(&onnx.Model{Proto: &onnxpb.ModelProto{}}); err == nil {
		t.Error("the empty model passes")
	}
}

// TestManyPartsAreRefused: empty messages cost two bytes in a file and hundreds
// in memory.
func TestManyPartsAreRefused(t *testing.T) {
	graph := bytes.Repeat([]byte{0x0a, 0x00}, 3<<20) // nodes without content
	data := protowire.AppendBytes(protowire.AppendTag(nil, 7, protowire.BytesType), graph)
	before := allocated()
	if _, err := onnx.Decode(data); err == nil || !strings.Contains(err.Error(), "parts") {
		t.Errorf("%v", err)
	}
	if used := allocated() - before; used > 1<<20 {
		t.Errorf("%d bytes were taken to refuse it", used)
	}
}

// TestDeepModelsAreRefused: graphs in attributes in graphs.
func TestDeepModelsAreRefused(t *testing.T) {
	var graph []byte
	for range 1000 {
		attribute := protowire.AppendBytes(protowire.AppendTag(nil, 6, protowire.BytesType), graph)
		node := protowire.AppendBytes(protowire.AppendTag(nil, 5, protowire.BytesType), attribute)
		graph = protowire.AppendBytes(protowire.AppendTag(nil, 1, protowire.BytesType), node)
	}
	data := protowire.AppendBytes(protowire.AppendTag(nil, 7, protowire.BytesType), graph)
	if _, err := onnx.Decode(data); err == nil || !strings.Contains(err.Error(), "nested too deeply") {
		t.Errorf("%v", err)
	}
}
