package plan

import (
	"slices"
	"strings"
	"testing"

	"fbnas/onnx"
)

const kilo = 256 // floats in 1024 bytes, four granules of the arena

// model builds a model with input x of n floats; build returns the names of its
// outputs.
func model(t *testing.T, n int, build func(b *onnx.Builder) []string) *onnx.Model {
	t.Helper()
	b := onnx.NewBuilder("test", 17)
	b.Import("com.microsoft.nchwc", 1)
	b.Input("x", onnx.Float32, onnx.Dims(1, n, 1, 1))
	for _, name := range build(b) {
		b.Output(name, onnx.Float32, nil)
	}
	m, err := b.Model()
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func of(t *testing.T, m *onnx.Model, o Options) *Plan {
	t.Helper()
	p, err := Of(m, o)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func shape(b *onnx.Builder, lengths ...int64) string { return b.Const(onnx.Vector("", lengths...)) }

// one is a node with one result of the same name.
func one(b *onnx.Builder, name, op string, in ...string) string {
	b.Node(op, in, []string{name})
	return name
}

var orders = []struct {
	name     string
	extended bool
	build    func(b *onnx.Builder) []string
	want     string
}{
	{"the last output first, and of inputs the last", false, func(b *onnx.Builder) []string {
		one(b, "a", "Relu", "x")
		one(b, "b", "Exp", "x")
		one(b, "c", "Add", "a", "b")
		one(b, "d", "Exp", "a")
		return []string{"c", "d"}
	}, "a d b c"},
	{"constants are folded", false, func(b *onnx.Builder) []string {
		two := b.Const(onnx.NewTensor("", []float32{2}, 1))
		one(b, "a", "Mul", two, two)
		one(b, "b", "Add", "x", "a")
		return []string{"b"}
	}, "b"},
	{"what changes nothing is dropped", false, func(b *onnx.Builder) []string {
		one(b, "a", "Mul", "x", b.Const(onnx.NewTensor("", []float32{1}, 1)))
		one(b, "b", "Identity", "a")
		one(b, "c", "Exp", "b")
		return []string{"c"}
	}, "c"},
	{"equal nodes are one", false, func(b *onnx.Builder) []string {
		one(b, "a", "Exp", "x")
		one(b, "b", "Exp", "x")
		one(b, "c", "Add", "a", "b")
		return []string{"c"}
	}, "b c"},
	{"reshapes in a row are one, behind all others", false, func(b *onnx.Builder) []string {
		one(b, "a", "Reshape", "x", shape(b, 2, -1))
		one(b, "b", "Reshape", "a", shape(b, 4, -1))
		one(b, "c", "Reshape", "x", shape(b, 8, -1))
		one(b, "d", "ReduceMax", "c")
		one(b, "e", "ReduceMax", "b")
		one(b, "f", "Add", "d", "e")
		return []string{"f"}
	}, "a_new_reshape e c d f"},
	{"a hard-swish is two nodes, behind all others", false, func(b *onnx.Builder) []string {
		one(b, "a", "HardSwish", "x")
		one(b, "b", "Exp", "x")
		one(b, "c", "Sub", "a", "b")
		return []string{"c"}
	}, "HardSigmoid_3 Mul_4 b c"},
	{"a product and a sum are a Gemm", false, func(b *onnx.Builder) []string {
		one(b, "m", "Reshape", "x", shape(b, 16, 16))
		one(b, "p", "MatMul", "m", "m")
		one(b, "q", "Add", "p", "m")
		return []string{"q"}
	}, "m p/MatMulAddFusion"},
	{"a product reads transposed, extended", true, func(b *onnx.Builder) []string {
		one(b, "m", "Reshape", "x", shape(b, 16, 16))
		one(b, "t", "Transpose", "m")
		one(b, "p", "MatMul", "m", "t")
		return []string{"p"}
	}, "m p/MatmulTransposeFusion/"},
	{"and does not at level 1", false, func(b *onnx.Builder) []string {
		one(b, "m", "Reshape", "x", shape(b, 16, 16))
		one(b, "t", "Transpose", "m")
		one(b, "p", "MatMul", "m", "t")
		return []string{"p"}
	}, "m t p"},
	{"a convolution applies an activation, extended", true, func(b *onnx.Builder) []string {
		w := b.Const(onnx.NewTensor("", make([]float32, kilo), 1, kilo, 1, 1))
		one(b, "c", "Conv", "x", w)
		one(b, "a", "Relu", "c")
		return []string{"a"}
	}, "c"},
}

func TestOrder(t *testing.T) {
	for _, c := range orders {
		t.Run(c.name, func(t *testing.T) {
			p := of(t, model(t, kilo, c.build), Options{Extended: c.extended})
			if got := strings.Join(p.Order(), " "); got != c.want {
				t.Errorf("order %s, want %s", got, c.want)
			}
		})
	}
}

var peaks = []struct {
	name        string
	build       func(b *onnx.Builder) []string
	live, arena int64
	at          string
}{
	{"arithmetic takes new memory, activations do not", func(b *onnx.Builder) []string {
		one(b, "a", "Exp", "x")
		one(b, "b", "Relu", "a")
		one(b, "c", "Exp", "b")
		one(b, "d", "Exp", "c")
		return []string{"d"}
	}, 2048, 2048, "c"},
	{"nothing is in place that is read again", func(b *onnx.Builder) []string {
		one(b, "a", "Exp", "x")
		one(b, "b", "Relu", "a")
		one(b, "c", "Add", "b", "a")
		return []string{"c"}
	}, 2048, 2048, "b"},
	{"a view keeps what it is of", func(b *onnx.Builder) []string {
		one(b, "a", "Exp", "x")
		one(b, "v", "Reshape", "a", shape(b, 2, -1))
		one(b, "m", "ReduceMax", "v")
		one(b, "c", "Sqrt", "x")
		one(b, "d", "Add", "c", "m")
		return []string{"d"}
	}, 1024 + 1024 + 4, 1024 + 1024 + 256, "m"},
	{"a reused buffer is held between its values", func(b *onnx.Builder) []string {
		one(b, "a", "Exp", "x")
		one(b, "m", "ReduceMax", "a")
		one(b, "w", "Expand", "m", shape(b, 1, 2*kilo, 1, 1))
		one(b, "n", "ReduceMax", "w")
		one(b, "c", "Add", "x", "n")
		one(b, "d", "ReduceMax", "c")
		return []string{"d"}
	}, 1024 + 4 + 2048, 1024 + 256 + 2048, "w"},
	{"a convolution's sum is its result", func(b *onnx.Builder) []string {
		w := b.Const(onnx.NewTensor("", make([]float32, kilo), kilo, 1, 1, 1))
		one(b, "s", "Exp", "x")
		b.Node("Conv", []string{"x", w, "", "s"}, []string{"c"}, onnx.Int("group", kilo)).In("com.microsoft.nchwc")
		one(b, "d", "Exp", "c")
		return []string{"d"}
	}, 1024, 1024, "s"},
}

func TestPeak(t *testing.T) {
	for _, c := range peaks {
		t.Run(c.name, func(t *testing.T) {
			u := Peak(of(t, model(t, kilo, c.build), Options{}))
			if u.Live != c.live || u.Arena != c.arena || u.At != c.at {
				t.Errorf("live %d at %s in an arena of %d, want %d at %s in %d", u.Live, u.At, u.Arena, c.live, c.at, c.arena)
			}
		})
	}
}

// TestPeakOfSeveral: models that run in turns share the memory of the first.
func TestPeakOfSeveral(t *testing.T) {
	twice := func(n int) *Plan {
		return of(t, model(t, n, func(b *onnx.Builder) []string {
			one(b, "a", "Exp", "x")
			one(b, "b", "Exp", "a")
			return []string{"b"}
		}), Options{})
	}
	small, large := twice(kilo), twice(2*kilo)
	for _, c := range []struct {
		plans []*Plan
		arena int64
	}{
		{[]*Plan{small}, 1024},
		{[]*Plan{large, small}, 2048},
		{[]*Plan{small, large}, 3072}, // a region does not grow
	} {
		u := Peak(c.plans...)
		var live, outside int64
		for _, p := range c.plans {
			live, outside = max(live, Peak(p).Live), outside+Peak(p).Outside
		}
		if u.Arena != c.arena || u.Live != live || u.Outside != outside {
			t.Errorf("%d plans: %+v, want an arena of %d, %d alive, %d outside", len(c.plans), u, c.arena, live, outside)
		}
	}
}

func TestUsageOutsideTheArena(t *testing.T) {
	u := Peak(of(t, model(t, kilo, func(b *onnx.Builder) []string {
		one(b, "a", "Add", "x", b.Const(onnx.NewTensor("", make([]float32, kilo), 1, kilo, 1, 1)))
		return []string{"a"}
	}), Options{}))
	if want := (Usage{Constants: 1024, Outside: 2048}); u != want {
		t.Errorf("%+v, want %+v", u, want)
	}
}

func TestArena(t *testing.T) {
	a := &arena{}
	first, second := a.alloc(1000), a.alloc(3000)
	if a.held != 1024+3072 {
		t.Fatalf("%d bytes held", a.held)
	}
	a.release(second)
	c := a.alloc(2000) // more than half of the free chunk: not split
	if a.held != 4096 || c.size != 3072 {
		t.Errorf("%d bytes held, a chunk of %d", a.held, c.size)
	}
	a.release(c)
	b, d := a.alloc(500), a.alloc(2048) // 512 of 3072, and of the 2560 after it
	if a.held != 4096 || b.size != 512 || d.size != 2560 {
		t.Errorf("%d bytes held, chunks of %d and %d", a.held, b.size, d.size)
	}
	for _, used := range []*chunk{b, first, d} {
		a.release(used)
	}
	sizes := []int64{}
	for _, c := range a.free {
		sizes = append(sizes, c.size)
	}
	slices.Sort(sizes)
	if want := []int64{1024, 3072}; !slices.Equal(sizes, want) {
		t.Errorf("free chunks %v, want %v: neighbours join, regions do not", sizes, want)
	}
}

func TestOfRefuses(t *testing.T) {
	b := onnx.NewBuilder("open", 17)
	b.Input("x", onnx.Float32, onnx.Shape{onnx.Sym("N")})
	one(b, "y", "Exp", "x")
	b.Output("y", onnx.Float32, nil)
	m, err := b.Model()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Of(m, Options{}); err == nil || !strings.Contains(err.Error(), "plan open: the size of") {
		t.Errorf("error %v for an open shape", err)
	}
}
