package onnxgo

import (
	"maps"
	"math"
	"slices"
	"testing"

	"fbnas/engine"
	"fbnas/engine/ort"
	"fbnas/internal/random"
	"fbnas/internal/setup"
	"fbnas/onnx"
)

// session opens a model in ONNX Runtime.
func session(t testing.TB, content []byte) *ort.Session {
	t.Helper()
	library, err := setup.ORTLibrary()
	if err != nil {
		t.Skipf("no ONNX Runtime here: %v", err)
	}
	s, err := ort.Open(content, ort.Options{Library: library, Threads: 1})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

// noise is normal numbers.
func noise(n int, purpose string) []float32 {
	r := random.New(1, purpose)
	v := make([]float32, n)
	for i := range v {
		v[i] = float32(r.NormFloat64())
	}
	return v
}

// agree compares ONNX Runtime on the model with onnx-go on the lowered one, for
// several inputs in turn in the same session.
func agree(t testing.TB, content []byte, inputs [][]float32) {
	t.Helper()
	there := session(t, content)
	here, err := Open(content)
	if err != nil {
		t.Fatal(err)
	}
	defer here.Close()
	for k, in := range inputs {
		feeds := engine.Feeds{"x": engine.Floats(in)}
		want, err := there.Run(t.Context(), feeds)
		if err != nil {
			t.Fatal(err)
		}
		got, err := here.Run(t.Context(), feeds)
		if err != nil {
			t.Fatal(err)
		}
		if len(got["y"]) != len(want["y"]) || len(want["y"]) == 0 {
			t.Fatalf("input %d: %d numbers, want %d", k, len(got["y"]), len(want["y"]))
		}
		for i, w := range want["y"] {
			if d := math.Abs(got["y"][i] - w); !(d <= 1e-5*max(1, math.Abs(w))) {
				t.Fatalf("input %d: number %d is %v, want %v", k, i, got["y"][i], w)
			}
		}
	}
}

// cases are small graphs from x to y, by the operator that they test.
var cases = map[string][]func(b *onnx.Builder){
	"Relu":              {unary("Relu")},
	"Sigmoid":           {unary("Sigmoid")},
	"HardSwish":         {unary("HardSwish")},
	"HardSigmoid":       {unary("HardSigmoid"), unary("HardSigmoid", onnx.Float("alpha", 1.0/6), onnx.Float("beta", 0.25))},
	"GlobalAveragePool": {shaped("GlobalAveragePool", onnx.Dims(2, 6, 1, 1))},
	"Transpose":         {shaped("Transpose", onnx.Dims(2, 5, 4, 6), onnx.Ints("perm", 0, 2, 3, 1)), shuffle},
	"Clip": {
		func(b *onnx.Builder) { limits(b, "low", "high") },
		func(b *onnx.Builder) { limits(b, "", "high") },
		func(b *onnx.Builder) { limits(b, "low") },
	},
	"Conv": {
		conv(6, 4, 1, 3, 3, true, onnx.Dims(2, 4, 5, 4), onnx.Ints("pads", 1, 1, 1, 1)),
		conv(6, 6, 6, 3, 5, false, onnx.Dims(2, 6, 3, 2), onnx.Ints("pads", 1, 2, 1, 2), onnx.Ints("strides", 2, 2)),
		conv(6, 8, 2, 1, 1, true, onnx.Dims(2, 8, 5, 4)),
		conv(6, 6, 6, 3, 3, true, onnx.Dims(2, 6, 2, 2), onnx.Ints("pads", 0, 0, 1, 1), onnx.Ints("strides", 2, 2)),
		conv(6, 4, 2, 3, 2, false, onnx.Dims(2, 4, 1, 3), onnx.Ints("dilations", 2, 1)),
	},
	"Add": {
		beside("Add", onnx.NewTensor("", noise(6*4*5*2, "map"), 2, 6, 5, 4)),
		beside("Add", onnx.Vector("", float32(0.5))),
		beside("Add", onnx.NewTensor("", noise(6, "channels"), 1, 6, 1, 1)),
		beside("Add", onnx.NewTensor("", noise(4*6, "columns"), 6, 1, 4)),
	},
	"Mul": {
		beside("Mul", onnx.Scalar("", float32(-3))),
		gate, square,
	},
	"Sub": {
		beside("Sub", onnx.NewTensor("", noise(6, "channels"), 6, 1, 1)),
	},
	"Reshape": {func(b *onnx.Builder) {
		b.Node("Reshape", []string{"x", b.Const(onnx.Vector("", int64(0), -1))}, []string{"y"})
		b.Output("y", onnx.Float32, onnx.Dims(2, 120))
	}},
	"Flatten": {shaped("Flatten", onnx.Dims(12, 20), onnx.Int("axis", 2))},
	"Gemm": {
		gemm(0, true), gemm(1, true), gemm(1, false),
	},
	"Cast": {halved},
}

func unary(op string, attrs ...onnx.Attr) func(*onnx.Builder) {
	return shaped(op, onnx.Dims(2, 6, 5, 4), attrs...)
}

func shaped(op string, out onnx.Shape, attrs ...onnx.Attr) func(*onnx.Builder) {
	return func(b *onnx.Builder) {
		b.Node(op, []string{"x"}, []string{"y"}, attrs...)
		b.Output("y", onnx.Float32, out)
	}
}

func limits(b *onnx.Builder, names ...string) {
	inputs := []string{"x"}
	for i, name := range names {
		if name != "" {
			b.Initializer(name, onnx.Scalar(name, float32(2*i)-0.5))
		}
		inputs = append(inputs, name)
	}
	b.Node("Clip", inputs, []string{"y"})
	b.Output("y", onnx.Float32, onnx.Dims(2, 6, 5, 4))
}

func conv(in, out, groups, h, w int, bias bool, shape onnx.Shape, attrs ...onnx.Attr) func(*onnx.Builder) {
	return func(b *onnx.Builder) {
		inputs := []string{"x", b.Initializer("w", onnx.NewTensor("", noise(out*in/groups*h*w, "weights"), out, in/groups, h, w))}
		if bias {
			inputs = append(inputs, b.Initializer("b", onnx.NewTensor("", noise(out, "bias"), out)))
		}
		b.Node("Conv", inputs, []string{"y"}, append(attrs, onnx.Int("group", groups), onnx.Ints("kernel_shape", h, w))...)
		b.Output("y", onnx.Float32, shape)
	}
}

func beside(op string, t onnx.Tensor) func(*onnx.Builder) {
	return func(b *onnx.Builder) {
		b.Node(op, []string{"x", b.Const(t)}, []string{"y"})
		b.Output("y", onnx.Float32, onnx.Dims(2, 6, 5, 4))
	}
}

// gate is the end of a squeeze-excite.
func gate(b *onnx.Builder) {
	b.Node("GlobalAveragePool", []string{"x"}, []string{"p"})
	b.Node("Sigmoid", []string{"p"}, []string{"g"})
	b.Node("Mul", []string{"g", "x"}, []string{"y"})
	b.Output("y", onnx.Float32, onnx.Dims(2, 6, 5, 4))
}

func square(b *onnx.Builder) {
	b.Node("Mul", []string{"x", "x"}, []string{"y"})
	b.Output("y", onnx.Float32, onnx.Dims(2, 6, 5, 4))
}

// shuffle interleaves the channels of two groups.
func shuffle(b *onnx.Builder) {
	b.Node("Reshape", []string{"x", b.Const(onnx.Vector("", int64(2), 2, 3, 5, 4))}, []string{"groups"})
	b.Node("Transpose", []string{"groups"}, []string{"turned"}, onnx.Ints("perm", 0, 2, 1, 3, 4))
	b.Node("Reshape", []string{"turned", b.Const(onnx.Vector("", int64(2), 6, 5, 4))}, []string{"mixed"})
	b.Node("Relu", []string{"mixed"}, []string{"y"})
	b.Output("y", onnx.Float32, onnx.Dims(2, 6, 5, 4))
}

func gemm(transposed int, bias bool) func(*onnx.Builder) {
	return func(b *onnx.Builder) {
		dims := []int{120, 7}
		if transposed == 1 {
			slices.Reverse(dims)
		}
		b.Node("Flatten", []string{"x"}, []string{"rows"})
		inputs := []string{"rows", b.Initializer("w", onnx.NewTensor("", noise(120*7, "weights"), dims...))}
		if bias {
			inputs = append(inputs, b.Initializer("b", onnx.NewTensor("", noise(7, "bias"), 7)))
		}
		b.Node("Gemm", inputs, []string{"y"}, onnx.Int("transB", transposed))
		b.Output("y", onnx.Float32, onnx.Dims(2, 7))
	}
}

// halved has weights in float16.
func halved(b *onnx.Builder) {
	b.Initializer("half", onnx.Float16Tensor("", noise(6*6, "weights"), 6, 6, 1, 1))
	b.Node("Cast", []string{"half"}, []string{"w"}, onnx.Int("to", int(onnx.Float32)))
	b.Node("Conv", []string{"x", "w"}, []string{"y"})
	b.Output("y", onnx.Float32, onnx.Dims(2, 6, 5, 4))
}

// TestRules compares every rule with ONNX Runtime, on a batch of 2.
func TestRules(t *testing.T) {
	for _, op := range slices.Sorted(maps.Keys(rules)) {
		if len(cases[op]) == 0 {
			t.Errorf("%s: there is no case", op)
		}
		for i, build := range cases[op] {
			b := onnx.NewBuilder(op, 17)
			b.Input("x", onnx.Float32, onnx.Dims(2, 6, 5, 4))
			build(b)
			m, err := b.Model()
			if err != nil {
				t.Fatalf("%s, case %d: %v", op, i, err)
			}
			content, err := m.Bytes()
			if err != nil {
				t.Fatal(err)
			}
			t.Run(op, func(t *testing.T) {
				agree(t, content, [][]float32{noise(240, "one"), noise(240, "two"), noise(240, "one")})
			})
		}
	}
}
