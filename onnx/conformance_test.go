package onnx_test

import (
	"testing"

	"google.golang.org/protobuf/proto"

	"fbnas/onnx"
	"fbnas/onnx/onnxpb"
	"fbnas/onnx/onnxtest"
)

func TestConformanceModelsRoundTrip(t *testing.T) {
	cases := onnxtest.Cases(t)
	if len(cases) != 1072 {
		t.Errorf("%d models, want 1072", len(cases))
	}
	for _, c := range cases {
		data, err := c.Model.Bytes()
		if err != nil {
			t.Fatal(err)
		}
		again, err := onnx.Decode(data)
		if err != nil {
			t.Fatalf("%s: %v", c.Name, err)
		}
		if !proto.Equal(again.Proto, c.Model.Proto) {
			t.Errorf("%s: another model after a round trip", c.Name)
		}
	}
}

// known reports whether the table has every operator of the model.
func known(m *onnx.Model) bool {
	for _, n := range m.Proto.Graph.Node {
		if n.GetDomain() != "" || !onnx.Knows("", n.GetOpType(), m.Opset("")) {
			return false
		}
	}
	return len(m.Proto.Graph.Node) > 0
}

// TestConformanceModelsCheck tests Check and InferShapes on the models
// that use only operators of the table. Integer inputs become constants
// with the vector's values: axes and shapes come from them. The types
// and shapes that the models declare for their outputs are then removed and
// have to be inferred; the test also checks how many models it used.
func TestConformanceModelsCheck(t *testing.T) {
	checked, inferred, partly := 0, 0, 0
	for _, c := range onnxtest.Cases(t) {
		if !known(c.Model) {
			continue
		}
		checked++
		if err := onnx.Check(c.Model); err != nil {
			t.Errorf("%s: %v", c.Name, err)
			continue
		}
		inputs, outputs, err := c.Data()
		if err != nil {
			continue // sequences and strings: nothing to compare
		}
		m := c.Model.Clone()
		g := m.Proto.Graph
		for _, in := range inputs {
			if in.DType == onnx.Int64 || in.DType == onnx.Float32 && len(in.Dims) == 1 && len(in.Raw) > 4 {
				g.Initializer = append(g.Initializer, in.Proto())
			}
		}
		g.ValueInfo = nil
		for _, v := range g.Output {
			v.Type = &onnxpb.TypeProto{}
		}
		types, err := onnx.InferShapes(m)
		if err != nil {
			t.Errorf("%s: %v", c.Name, err)
		}
		for _, out := range outputs {
			got, want := types[out.Name], onnx.TypeShape{Type: out.DType, Shape: onnx.Dims(out.Dims...)}
			if got.String() == want.String() {
				inferred++
				continue
			}
			partly++
			if got.Type != want.Type || !compatible(got.Shape, want.Shape) {
				t.Errorf("%s: %q inferred as %v, is %v", c.Name, out.Name, got, want)
			} else if testing.Verbose() {
				t.Logf("%s: %q inferred only as %v, is %v", c.Name, out.Name, got, want)
			}
		}
	}
	t.Logf("%d models checked, %d outputs inferred whole, %d in part", checked, inferred, partly)
	if checked < 887 || inferred < 945 || partly > 52 {
		t.Error("fewer than there were: the table lost operators, or the rules lost knowledge")
	}
}

// compatible reports whether everything known about s agrees with whole.
func compatible(s, whole onnx.Shape) bool {
	if s == nil {
		return true
	}
	if len(s) != len(whole) {
		return false
	}
	for i, d := range s {
		if d.Known() && d.Size != whole[i].Size {
			return false
		}
	}
	return true
}
