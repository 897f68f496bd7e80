package ortc_test

import (
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"unsafe"

	"fbnas/internal/ortc"
	"fbnas/internal/setup"
	"fbnas/onnx"
)

func open(t testing.TB) *ortc.Runtime {
	t.Helper()
	path, err := setup.ORTLibrary()
	if err != nil {
		t.Skipf("no ONNX Runtime here (fbnas setup fetches it, FBNAS_ORT_LIB names one): %v", err)
	}
	rt, err := ortc.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(rt.Close)
	return rt
}

// gemm is y = x·w with x [1,2], w = [[1 2 3] [4 5 6]], and z = relu(-y).
func gemm(t testing.TB) []byte {
	t.Helper()
	b := onnx.NewBuilder("gemm", 17)
	x := b.Input("x", onnx.Float32, onnx.Dims(1, 2))
	w := b.Initializer("w", onnx.NewTensor("w", []float32{1, 2, 3, 4, 5, 6}, 2, 3))
	b.Node("MatMul", []string{x, w}, []string{"y"})
	b.Node("Neg", []string{"y"}, []string{"n"})
	b.Node("Relu", []string{"n"}, []string{"z"})
	b.Output("y", onnx.Float32, onnx.Dims(1, 3))
	b.Output("z", onnx.Float32, onnx.Dims(1, 3))
	return encode(t, b)
}

func encode(t testing.TB, b *onnx.Builder) []byte {
	t.Helper()
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

func TestRun(t *testing.T) {
	rt := open(t)
	if !strings.HasPrefix(rt.Version, "1.") {
		t.Errorf("version %q", rt.Version)
	}
	if p, err := rt.Providers(); err != nil || !slices.Contains(p, "CPUExecutionProvider") {
		t.Errorf("providers %v, %v", p, err)
	}
	s, err := rt.NewSession(gemm(t), ortc.Options{Threads: 2})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if got := fmt.Sprint(s.Inputs); got != "[{x 1 [1 2]}]" {
		t.Fatalf("inputs %s", got)
	}
	if _, err := s.Outputs(); err == nil {
		t.Error("outputs before the first run are no error")
	}
	var first *float32
	for _, c := range []struct{ x, y, z []float32 }{
		{[]float32{1, 1}, []float32{5, 7, 9}, []float32{0, 0, 0}},
		{[]float32{-1, 0}, []float32{-1, -2, -3}, []float32{1, 2, 3}},
	} {
		if err := s.SetInput(0, c.x, []int64{1, 2}); err != nil {
			t.Fatal(err)
		}
		if err := s.Run(); err != nil {
			t.Fatal(err)
		}
		out, err := s.Outputs()
		if err != nil || len(out) != 2 || !slices.Equal(out[0], c.y) || !slices.Equal(out[1], c.z) {
			t.Fatalf("outputs %v, %v; want %v and %v", out, err, c.y, c.z)
		}
		if first == nil {
			first = unsafe.SliceData(out[0])
		} else if first != unsafe.SliceData(out[0]) {
			t.Error("a second run moved the outputs: each run allocates")
		}
	}
}

func TestErrors(t *testing.T) {
	rt := open(t)
	for name, model := range map[string][]byte{"empty": nil, "garbage": []byte("no model at all")} {
		if _, err := rt.NewSession(model, ortc.Options{}); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
	_, err := rt.NewSession([]byte("no model at all"), ortc.Options{})
	var status *ortc.Error
	if !errors.As(err, &status) || status.Func != "CreateSessionFromArray" || status.Message == "" || status.Code == 0 {
		t.Errorf("garbage: %#v", err)
	}

	s, err := rt.NewSession(gemm(t), ortc.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if err := s.SetInput(0, make([]float32, 3), []int64{1, 2}); err == nil {
		t.Error("three values for a shape of two are no error")
	}
	if err := s.SetInput(0, make([]float32, 6), []int64{1, 6}); err != nil {
		t.Fatal(err)
	}
	if err := s.Run(); err == nil {
		t.Error("an input of a wrong shape is no error")
	}
}

func TestOpenErrors(t *testing.T) {
	text := filepath.Join(t.TempDir(), "libonnxruntime.so")
	if err := os.WriteFile(text, []byte("text"), 0o644); err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]string{text: "load ONNX Runtime from", "libc.so.6": "not an ONNX Runtime library"} {
		if _, err := ortc.Open(path); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", path, err, want)
		}
	}
}

func TestBytes(t *testing.T) {
	for dtype, want := range map[onnx.DType][]float32{onnx.Uint8: {0, 7, 255}, onnx.Int8: {0, 7, -1}} {
		t.Run(dtype.String(), func(t *testing.T) { testBytes(t, dtype, want) })
	}
}

func testBytes(t *testing.T, dtype onnx.DType, want []float32) {
	m := onnx.NewBuilder("cast", 17)
	m.Node("Cast", []string{m.Input("x", dtype, onnx.Shape{onnx.Sym("batch"), onnx.Fixed(3)})}, []string{"y"}, onnx.Int("to", int(onnx.Float32)))
	m.Output("y", onnx.Float32, onnx.Shape{onnx.Sym("batch"), onnx.Fixed(3)})
	s, err := open(t).NewSession(encode(t, m), ortc.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if got := fmt.Sprint(s.Inputs); got != fmt.Sprintf("[{x %d [-1 3]}]", int(dtype)) {
		t.Fatalf("inputs %s", got)
	}
	if err := s.SetBytes(0, make([]uint8, 4), []int64{1, 3}); err == nil {
		t.Error("four bytes for a shape of three are no error")
	}
	if err := errors.Join(s.SetBytes(0, []uint8{0, 7, 255}, []int64{1, 3}), s.Run()); err != nil {
		t.Fatal(err)
	}
	if out, err := s.Outputs(); err != nil || !slices.Equal(out[0], want) {
		t.Errorf("outputs %v, %v", out, err)
	}
}

// BenchmarkIdentity is the cost of a call: the model does nothing.
func BenchmarkIdentity(b *testing.B) {
	rt := open(b)
	m := onnx.NewBuilder("identity", 17)
	m.Node("Identity", []string{m.Input("x", onnx.Float32, onnx.Dims(1))}, []string{"y"})
	m.Output("y", onnx.Float32, onnx.Dims(1))
	s, err := rt.NewSession(encode(b, m), ortc.Options{})
	if err != nil {
		b.Fatal(err)
	}
	defer s.Close()
	if err := s.SetInput(0, []float32{math.Pi}, []int64{1}); err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if err := s.Run(); err != nil {
			b.Fatal(err)
		}
	}
}
