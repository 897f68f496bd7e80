package onnx_test

import (
	"strings"
	"testing"

	"google.golang.org/protobuf/proto"

	"fbnas/onnx"
	"fbnas/onnx/onnxpb"
)

// TestCheckFinds breaks a valid model in one way each.
func TestCheckFinds(t *testing.T) {
	if err := onnx.Check(small(t)); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		says  string
		spoil func(*onnxpb.ModelProto)
	}{
		{"IR version 0", func(m *onnxpb.ModelProto) { m.IrVersion = nil }},
		{"IR version 99", func(m *onnxpb.ModelProto) { m.IrVersion = proto.Int64(99) }},
		{"opset 17 needs IR version 8", func(m *onnxpb.ModelProto) { m.IrVersion = proto.Int64(7) }},
		{"opset 99; the newest known", func(m *onnxpb.ModelProto) { m.OpsetImport[0].Version = proto.Int64(99) }},
		{`domain "" is not imported`, func(m *onnxpb.ModelProto) { m.OpsetImport = nil }},
		{`domain "" is imported twice`, func(m *onnxpb.ModelProto) {
			m.OpsetImport = append(m.OpsetImport, &onnxpb.OperatorSetIdProto{Domain: proto.String("ai.onnx"), Version: proto.Int64(17)})
		}},
		{`domain "other" is not imported`, func(m *onnxpb.ModelProto) { m.Graph.Node[0].Domain = proto.String("other") }},
		{`"w" is defined twice`, func(m *onnxpb.ModelProto) { m.Graph.Initializer = append(m.Graph.Initializer, m.Graph.Initializer[0]) }},
		{`"MatMul" is defined twice`, func(m *onnxpb.ModelProto) { m.Graph.Node[1].Output[0] = "MatMul" }},
		{`input "Add" is not defined before it`, func(m *onnxpb.ModelProto) { m.Graph.Node[0].Input[0] = "Add" }},
		{`input "MatMul" is not defined before it`, func(m *onnxpb.ModelProto) { m.Graph.Node[0], m.Graph.Node[1] = m.Graph.Node[1], m.Graph.Node[0] }},
		{`graph output "z" is not defined`, func(m *onnxpb.ModelProto) { m.Graph.Output[0].Name = proto.String("z") }},
		{`graph output "y" is listed twice`, func(m *onnxpb.ModelProto) { m.Graph.Output = append(m.Graph.Output, m.Graph.Output[0]) }},
		{"graph input without a name", func(m *onnxpb.ModelProto) { m.Graph.Input[0].Name = nil }},
		{`graph input "x" has no type`, func(m *onnxpb.ModelProto) { m.Graph.Input[0].Type = nil }},
		{`graph input "x" has elements of unknown type 77`, func(m *onnxpb.ModelProto) {
			m.Graph.Input[0].Type.GetTensorType().ElemType = proto.Int32(77)
		}},
		{`graph input "x" has a dimension of -3`, func(m *onnxpb.ModelProto) {
			m.Graph.Input[0].Type.GetTensorType().Shape.Dim[0].Value = &onnxpb.TensorShapeProto_Dimension_DimValue{DimValue: -3}
		}},
		{`tensor "w": 23 bytes`, func(m *onnxpb.ModelProto) { m.Graph.Initializer[0].RawData = make([]byte, 23) }},
		{`node "MatMul" (Matmul): not an operator`, func(m *onnxpb.ModelProto) { m.Graph.Node[0].OpType = proto.String("Matmul") }},
		{`node "last" (HardSwish): not an operator that fbnas knows at opset 13`, func(m *onnxpb.ModelProto) {
			m.Graph.Node[2].OpType, m.OpsetImport[0].Version = proto.String("HardSwish"), proto.Int64(13)
		}},
		{`(MatMul): 1 inputs; opset 17 has 2`, func(m *onnxpb.ModelProto) { m.Graph.Node[0].Input = m.Graph.Node[0].Input[:1] }},
		{`(Add): input 1 must not be left out`, func(m *onnxpb.ModelProto) { m.Graph.Node[1].Input[1] = "" }},
		{`node "last" (Relu): 2 outputs; opset 17 has 1`, func(m *onnxpb.ModelProto) { m.Graph.Node[2].Output = []string{"y", "z"} }},
		{`no attribute axes at this opset`, attribute("ReduceSum", &onnxpb.AttributeProto{Name: proto.String("axes"), Type: onnxpb.AttributeProto_INTS.Enum(), Ints: []int64{1}})},
		{`attribute axis is of kind FLOAT, not INT`, attribute("Softmax", &onnxpb.AttributeProto{Name: proto.String("axis"), Type: onnxpb.AttributeProto_FLOAT.Enum(), F: proto.Float32(1)})},
		{`attribute alpha is given twice`, attribute("LeakyRelu", alpha, alpha)},
		{`"y" is declared as float32[N,3] and is float32[N,2]`, func(m *onnxpb.ModelProto) { m.Graph.Node[2].Input[0] = "x" }},
		{`"y" is declared as float32[N,3] and is bool[N,3]`, func(m *onnxpb.ModelProto) {
			m.Graph.Node[2].OpType, m.Graph.Node[2].Input = proto.String("Equal"), []string{"Add", "Add"}
		}},
		{`inner dimensions: 3 and 2`, func(m *onnxpb.ModelProto) { m.Graph.Node[0].Input = []string{"w", "w"} }},
	} {
		m := small(t).Clone()
		c.spoil(m.Proto)
		if err := onnx.Check(m); err == nil || !strings.Contains(err.Error(), c.says) {
			t.Errorf("want %s, got %v", c.says, err)
		}
	}
}

// TestOpenDimensionOfOld: old exporters write -1 for an open dimension.
func TestOpenDimensionOfOld(t *testing.T) {
	m := small(t).Clone()
	m.Proto.Graph.Input[0].Type.GetTensorType().Shape.Dim[0].Value = &onnxpb.TensorShapeProto_Dimension_DimValue{DimValue: -1}
	if err := onnx.Check(m); err != nil {
		t.Error(err)
	}
	if d := m.Inputs()[0].Shape[0]; d.Known() {
		t.Errorf("the dimension is %v, want an open one", d)
	}
}

var alpha = &onnxpb.AttributeProto{Name: proto.String("alpha"), Type: onnxpb.AttributeProto_FLOAT.Enum(), F: proto.Float32(1)}

// attribute turns the last node into another operator with these attributes.
func attribute(op string, list ...*onnxpb.AttributeProto) func(*onnxpb.ModelProto) {
	return func(m *onnxpb.ModelProto) {
		m.Graph.Node[2].OpType, m.Graph.Node[2].Attribute = &op, list
	}
}

func TestCheckSaysEverythingAtOnce(t *testing.T) {
	m := small(t).Clone()
	m.Proto.IrVersion = proto.Int64(2)
	m.Proto.Graph.Node[1].OpType = proto.String("Nonsense")
	m.Proto.Graph.Output[0].Name = proto.String("z")
	got := onnx.Check(m).Error()
	for _, says := range []string{"IR version 2", "Nonsense", `graph output "z"`} {
		if !strings.Contains(got, says) {
			t.Errorf("nothing about %s in:\n%s", says, got)
		}
	}
}

func TestOperatorsOfOtherDomains(t *testing.T) {
	b := onnx.NewBuilder("g", 17)
	b.Import("com.microsoft.nchwc", 1)
	b.Import("somebody.else", 3)
	x := b.Input("x", onnx.Float32, onnx.Dims(1, 32, 8, 8))
	w := b.Initializer("w", onnx.NewTensor("", make([]float32, 32*9), 32, 1, 3, 3))
	b.Node("Conv", []string{x, w, "", ""}, []string{"c"}, onnx.Int("group", 32), onnx.Ints("strides", 2, 2)).In("com.microsoft.nchwc")
	b.Node("Mystery", []string{"c"}, []string{"m"}, onnx.Float("f", 1)).In("somebody.else").Named("what")
	b.ValueInfo("m", onnx.Float32, onnx.Dims(5, 1))
	b.Output(b.Op("Mul", []string{"m", "m"}), onnx.Float32, onnx.Dims(5, 1))
	m, err := b.Model()
	if err != nil {
		t.Fatal(err)
	}
	types, err := onnx.InferShapes(m)
	if err != nil {
		t.Fatal(err)
	}
	if got := types["c"].String(); got != "float32[1,32,3,3]" {
		t.Errorf("blocked convolution gives %s", got)
	}
	if got := types["Mul"].String(); got != "float32[5,1]" {
		t.Errorf("behind an unknown operator stands %s", got)
	}
}
