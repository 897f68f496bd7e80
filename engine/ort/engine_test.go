package ort_test

import (
	"context"
	"math"
	"slices"
	"testing"

	"fbnas/engine"
	"fbnas/engine/enginetest"
	"fbnas/engine/interp"
	"fbnas/engine/ort"
	"fbnas/graph"
	"fbnas/graph/grad"
	"fbnas/graph/lower"
)

func newEngine(t *testing.T, d ort.Dialect) *ort.Engine {
	t.Helper()
	o := options(t)
	o.Dialect = d
	e, err := ort.New(o)
	if err != nil {
		t.Fatal(err)
	}
	return e
}

// blockedEngine skips the test if this processor has no such kernels.
func blockedEngine(t *testing.T) (*ort.Engine, int) {
	t.Helper()
	e := newEngine(t, ort.Auto)
	d, block := e.Dialect()
	if d != ort.Blocked {
		t.Skip("no kernels for blocks of channels on this processor")
	}
	return e, block
}

func TestSuite(t *testing.T) {
	t.Run("std", func(t *testing.T) { enginetest.Suite(t, newEngine(t, ort.Std), 1, 2e-6) })
	t.Run("blocked", func(t *testing.T) {
		e, block := blockedEngine(t)
		enginetest.Suite(t, e, block, 2e-6)
	})
}

// FuzzShapes: every operator and its gradients at random sizes, in both
// dialects. Seeds decide the sizes; every run of the tests has a fixed set of
// them, and `go test -fuzz FuzzShapes ./engine/ort` draws more.
func FuzzShapes(f *testing.F) {
	for seed := range uint64(enginetest.Seeds) {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, seed uint64) {
		t.Run("std", func(t *testing.T) {
			enginetest.Check(t, newEngine(t, ort.Std), enginetest.Random(seed, 1), 2e-6)
		})
		t.Run("blocked", func(t *testing.T) {
			e, block := blockedEngine(t)
			enginetest.Check(t, e, enginetest.Random(seed, block), 2e-6)
		})
	})
}

// TestCasesFitTheBlock: the cases that the suite ran on blocked were not lowered to std.
func TestCasesFitTheBlock(t *testing.T) {
	const block = 16
	maps := 0
	for _, c := range slices.Concat(enginetest.Cases(block), enginetest.Random(0, block), enginetest.Random(1, block)) {
		g := graph.New()
		y := c.Build(g)
		if !slices.ContainsFunc(graph.Reachable(y), func(n *graph.Node) bool { return n.Map }) {
			continue
		}
		maps++
		dy := g.ExpandLike(g.Const([]float64{1}, slices.Repeat([]int{1}, len(y.Shape))...), y)
		for _, d := range append(grad.VJP(g, []*graph.Node{y}, []*graph.Node{dy}, inputs(y)), y) {
			outputs := []lower.Output{{Name: "d", Node: d}}
			if touches := slices.ContainsFunc(graph.Reachable(d), func(n *graph.Node) bool { return n.Map }); touches != lower.Fits(outputs, block) {
				t.Errorf("%s: %v does not fit", c.Name, d)
			}
		}
	}
	if maps < 60 {
		t.Errorf("%d cases have maps", maps)
	}
}

// inputs are the float inputs that y depends on.
func inputs(y *graph.Node) []*graph.Node {
	return slices.DeleteFunc(graph.Reachable(y), func(n *graph.Node) bool { return n.Op != graph.Input || n.DType != graph.Float })
}

// TestVarianceFarFromZero compares blocked's variance, which is computed in one
// pass, with the error that its emitter promises; 1e-6 covers the error of the sums.
func TestVarianceFarFromZero(t *testing.T) {
	e, block := blockedEngine(t)
	g := graph.New()
	x := g.MapInput("x", 4*block, 5, 16, 16)
	_, variance := g.Moments(x)
	p := &engine.Program{Name: "variance", Graph: g, Returns: []engine.Binding{{Name: "var", Node: variance}}}
	for _, mean := range []float64{0, 3, 10, 30, 100} {
		values := map[string][]float64{"x": enginetest.Normal(1, "x", x.Shape.Len())}
		for i := range values["x"] {
			values["x"][i] = float64(float32(values["x"][i] + mean))
		}
		got, err := once(t, e, p, values)
		if err != nil {
			t.Fatal(err)
		}
		want, err := interp.Eval(p.Outputs(), values)
		if err != nil {
			t.Fatal(err)
		}
		for c, v := range want[0] {
			if !(math.Abs(got["var"][c]-v) <= 1e-6*(1+mean*mean)*v) {
				t.Errorf("mean %v: variance %v, want %v", mean, got["var"][c], v)
			}
		}
	}
}

// once runs a program without a state.
func once(t *testing.T, e engine.Engine, p *engine.Program, values map[string][]float64) (engine.Results, error) {
	t.Helper()
	state, err := e.NewState(nil)
	if err != nil {
		return nil, err
	}
	defer state.Close()
	run, err := e.Compile(p, state)
	if err != nil {
		return nil, err
	}
	defer run.Close()
	feeds := engine.Feeds{}
	for name, v := range values {
		narrow := make([]float32, len(v))
		for i, x := range v {
			narrow[i] = float32(x)
		}
		feeds[name] = engine.Floats(narrow)
	}
	return run.Run(context.Background(), feeds)
}
