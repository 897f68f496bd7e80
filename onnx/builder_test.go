package onnx_test

import (
	"bytes"
	"path/filepath"
	"slices"
	"testing"

	"fbnas/onnx"
)

// small is y = relu(x·w + b) for a batch of any size.
func small(t testing.TB) *onnx.Model {
	t.Helper()
	b := onnx.NewBuilder("small", 17)
	b.Producer = "fbnas"
	b.Metadata("purpose", "test")
	x := b.Input("x", onnx.Float32, onnx.Shape{onnx.Sym("N"), onnx.Fixed(2)})
	w := b.Initializer("w", onnx.NewTensor("", []float32{1, 2, 3, 4, 5, 6}, 2, 3))
	y := b.Op("MatMul", []string{x, w})
	y = b.Op("Add", []string{y, b.Const(onnx.Vector[float32]("", 1))})
	b.Node("Relu", []string{y}, []string{"y"}).Named("last")
	b.Output("y", onnx.Float32, onnx.Shape{onnx.Sym("N"), onnx.Fixed(3)})
	m, err := b.Model()
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func TestWrittenModelReadsBack(t *testing.T) {
	m := small(t)
	path := filepath.Join(t.TempDir(), "small.onnx")
	if err := m.Write(path); err != nil {
		t.Fatal(err)
	}
	got, err := onnx.Read(path)
	if err != nil {
		t.Fatal(err)
	}
	want, err := m.Bytes()
	if err != nil {
		t.Fatal(err)
	}
	if again, err := got.Bytes(); err != nil || !bytes.Equal(again, want) {
		t.Errorf("the model read back encodes differently (%v)", err)
	}
	if got.Opset("") != 17 || got.Opset("ai.onnx") != 17 || got.Opset("other") != 0 {
		t.Errorf("opset imports %v", got.Proto.OpsetImport)
	}
	if got.Metadata()["purpose"] != "test" || got.Proto.GetIrVersion() != 8 {
		t.Errorf("metadata %v, IR %d", got.Metadata(), got.Proto.GetIrVersion())
	}
	in, out := got.Inputs(), got.Outputs()
	if len(in) != 1 || in[0].Name != "x" || in[0].TypeShape.String() != "float32[N,2]" {
		t.Errorf("inputs %v", in)
	}
	if len(out) != 1 || out[0].TypeShape.String() != "float32[N,3]" {
		t.Errorf("outputs %v", out)
	}
	consts, err := got.Initializers()
	if err != nil || len(consts) != 2 {
		t.Fatalf("initializers %v (%v)", consts, err)
	}
	if w, err := onnx.Values[float32](consts[0]); err != nil || !slices.Equal(w, []float32{1, 2, 3, 4, 5, 6}) {
		t.Errorf("w = %v (%v)", w, err)
	}
}

func TestNames(t *testing.T) {
	b := onnx.NewBuilder("g", 17)
	b.Input("x", onnx.Float32, onnx.Dims(1))
	got := []string{b.Fresh("x"), b.Fresh("x"), b.Fresh("y"), b.Fresh("y"), b.Fresh("")}
	if want := []string{"x_1", "x_2", "y", "y_1", "_1"}; !slices.Equal(got, want) {
		t.Errorf("fresh names %q, want %q", got, want)
	}
	one := b.Const(onnx.Vector[int64]("", 1, 2))
	if b.Const(onnx.Vector[int64]("", 1, 2)) != one {
		t.Error("equal constants are stored twice")
	}
	if b.Const(onnx.NewTensor("", []int64{1, 2}, 1, 2)) == one || b.Const(onnx.Vector[int64]("", 1, 3)) == one {
		t.Error("different constants share a name")
	}
}
