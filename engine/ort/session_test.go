package ort_test

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"fbnas/engine"
	"fbnas/engine/enginetest"
	"fbnas/engine/ort"
	"fbnas/graph"
	"fbnas/graph/lower"
	"fbnas/internal/setup"
	"fbnas/onnx"
	"fbnas/onnx/onnxtest"
)

func options(t testing.TB) ort.Options {
	t.Helper()
	library, err := setup.ORTLibrary()
	if err != nil {
		t.Skipf("%v (make setup)", err)
	}
	return ort.Options{Library: library, Threads: 1}
}

// scaled is y = k·x for a batch of any size, and sum, a scalar.
func scaled(t *testing.T) []byte {
	t.Helper()
	b := onnx.NewBuilder("scaled", 17)
	x := b.Input("x", onnx.Float32, onnx.Shape{onnx.Sym("N"), onnx.Fixed(2)})
	k := b.Input("k", onnx.Float32, onnx.Dims[int]())
	b.Node("Mul", []string{x, k}, []string{"y"})
	b.Node("ReduceSum", []string{"y"}, []string{"sum"}, onnx.Int("keepdims", 0))
	b.Output("y", onnx.Float32, onnx.Shape{onnx.Sym("N"), onnx.Fixed(2)})
	b.Output("sum", onnx.Float32, onnx.Dims[int]())
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

func TestSessionRuns(t *testing.T) {
	s, err := ort.Open(scaled(t), options(t))
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if got := s.Inputs()[0]; got.Name != "x" || got.Type != onnx.Float32 || got.Shape.String() != "[N,2]" {
		t.Errorf("first input %v", got)
	}
	for _, x := range [][]float32{{1, 2}, {1, 2, 3, 4}} {
		got, err := s.Run(context.Background(), engine.Feeds{"x": engine.Floats(x), "k": engine.Scalar(3)})
		if err != nil {
			t.Fatal(err)
		}
		var want []float64
		sum := 0.0
		for _, v := range x {
			want, sum = append(want, 3*float64(v)), sum+3*float64(v)
		}
		if !slices.Equal(got["y"], want) || !slices.Equal(got["sum"], []float64{sum}) {
			t.Errorf("3·%v = %v, sum %v", x, got["y"], got["sum"])
		}
	}
}

func TestSessionTakesPixels(t *testing.T) {
	b := onnx.NewBuilder("cast", 17)
	b.Node("Cast", []string{b.Input("x", onnx.Uint8, onnx.Shape{onnx.Sym("N"), onnx.Fixed(3)})}, []string{"y"}, onnx.Int("to", int(onnx.Float32)))
	b.Output("y", onnx.Float32, onnx.Shape{onnx.Sym("N"), onnx.Fixed(3)})
	m, err := b.Model()
	if err != nil {
		t.Fatal(err)
	}
	data, err := m.Bytes()
	if err != nil {
		t.Fatal(err)
	}
	s, err := ort.Open(data, options(t))
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	got, err := s.Run(context.Background(), engine.Feeds{"x": engine.Bytes([]uint8{0, 7, 255})})
	if err != nil || !slices.Equal(got["y"], []float64{0, 7, 255}) {
		t.Errorf("%v, %v", got, err)
	}
	if _, err := s.Run(context.Background(), engine.Feeds{"x": engine.Floats([]float32{1, 2, 3})}); err == nil {
		t.Error("floats are taken for pixels")
	}
}

func TestSessionRefuses(t *testing.T) {
	s, err := ort.Open(scaled(t), options(t))
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	k := engine.Scalar(1)
	for name, feeds := range map[string]engine.Feeds{
		"an incomplete row": {"x": engine.Floats([]float32{1, 2, 3}), "k": k},
		"an empty feed":     {"x": engine.Floats(nil), "k": k},
		"a missing feed":    {"k": k},
		"integers":          {"x": engine.Ints([]int64{1, 2}), "k": k},
	} {
		if _, err := s.Run(context.Background(), feeds); err == nil || !strings.Contains(err.Error(), "feed x") {
			t.Errorf("%s: %v", name, err)
		}
	}
	cancelled, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := s.Run(cancelled, engine.Feeds{"x": engine.Floats([]float32{1, 2}), "k": k}); !errors.Is(err, context.Canceled) {
		t.Errorf("a cancelled run returns %v", err)
	}
	if _, err := ort.Open([]byte("no model"), options(t)); err == nil {
		t.Error("a text is opened as a model")
	}
}

// standard lists the operators that the std dialect writes, found by lowering
// every operator's cases: the vectors below then define our nodes.
func standard(t *testing.T) map[string]bool {
	t.Helper()
	ops := map[string]bool{}
	for _, c := range enginetest.Cases(1) {
		m, err := lower.Std([]lower.Output{{Name: "result", Node: c.Build(graph.New())}}, lower.Options{Name: c.Name})
		if err != nil {
			t.Fatal(err)
		}
		for _, n := range m.Proto.Graph.Node {
			ops[n.GetOpType()] = true
		}
	}
	return ops
}

// TestConformance runs ONNX's own vectors of the operators that the std
// dialect writes. Those with inputs other than float32 and int64 or outputs other
// than float32 are left out; the test also checks how many it ran.
func TestConformance(t *testing.T) {
	o, ops := options(t), standard(t)
	ran := 0
	for _, c := range onnxtest.Cases(t, onnxtest.Node) {
		if !only(c.Model, ops) {
			continue
		}
		inputs, outputs, err := c.Data()
		if errors.Is(err, onnxtest.ErrNotDense) {
			continue
		} else if err != nil {
			t.Fatal(err)
		}
		if feeds, ok := feedsOf(t, inputs); ok && allFloat(outputs) {
			ran++
			if err := compare(c.Model, o, feeds, outputs); err != nil {
				t.Errorf("%s: %v", c.Name, err)
			}
		}
	}
	t.Logf("%d vectors of %d operators", ran, len(ops))
	if ran < 140 {
		t.Errorf("only %d vectors ran", ran)
	}
}

func only(m *onnx.Model, ops map[string]bool) bool {
	for _, n := range m.Proto.Graph.Node {
		if n.GetDomain() != "" || !ops[n.GetOpType()] {
			return false
		}
	}
	return true
}

func feedsOf(t *testing.T, inputs []onnx.Tensor) (engine.Feeds, bool) {
	feeds := engine.Feeds{}
	for _, in := range inputs {
		n, err := in.Len()
		if err != nil {
			t.Fatal(err)
		}
		var f engine.Feed
		switch in.DType {
		case onnx.Float32:
			f.Floats, err = onnx.Values[float32](in)
		case onnx.Int64:
			f.Ints, err = onnx.Values[int64](in)
		default:
			return nil, false
		}
		if err != nil {
			t.Fatal(err)
		}
		if n == 0 {
			return nil, false
		}
		feeds[in.Name] = f
	}
	return feeds, len(feeds) > 0
}

func allFloat(outputs []onnx.Tensor) bool {
	return !slices.ContainsFunc(outputs, func(t onnx.Tensor) bool { return t.DType != onnx.Float32 })
}

// compare runs a vector: |got - want| <= 1e-5 + 1e-4·|want|, NaN equal to NaN.
func compare(m *onnx.Model, o ort.Options, feeds engine.Feeds, outputs []onnx.Tensor) error {
	data, err := m.Bytes()
	if err != nil {
		return err
	}
	s, err := ort.Open(data, o)
	if err != nil {
		return err
	}
	defer s.Close()
	results, err := s.Run(context.Background(), feeds)
	if err != nil {
		return err
	}
	for _, out := range outputs {
		want, err := out.Float64s()
		if err != nil {
			return err
		}
		got := results[out.Name]
		if len(got) != len(want) {
			return fmt.Errorf("%s has %d elements, want %d", out.Name, len(got), len(want))
		}
		for i, w := range want {
			same := got[i] == w || math.IsNaN(got[i]) && math.IsNaN(w)
			if !same && !(math.Abs(got[i]-w) <= 1e-5+1e-4*math.Abs(w)) {
				return fmt.Errorf("%s: element %d is %g, want %g", out.Name, i, got[i], w)
			}
		}
	}
	return nil
}
