package enginetest

import (
	"context"
	"errors"
	"fmt"
	"math"
	"testing"

	"fbnas/engine"
	"fbnas/graph"
	"fbnas/internal/random"
)

// Suite is what every engine has to pass: each operator and its gradient as
// the oracle computes them, within tol of the largest element, and the
// contracts of State and Runner. The batches of maps are multiples of unit.
func Suite(t *testing.T, e engine.Engine, unit int, tol float64) {
	t.Run("operators", func(t *testing.T) { Check(t, e, Cases(unit), tol) })
	t.Run("writes are committed together", func(t *testing.T) { checkCommit(t, e) })
	t.Run("a run that fails commits nothing", func(t *testing.T) { checkFailure(t, e) })
	t.Run("programs share a state", func(t *testing.T) { checkSharing(t, e) })
	t.Run("mismatches are found when compiling", func(t *testing.T) { checkMismatch(t, e) })
}

// Close compares got with want: |got-want| <= tol * max(1, max|want|).
func Close(got, want []float64, tol float64) error {
	if len(got) != len(want) {
		return fmt.Errorf("%d elements, want %d", len(got), len(want))
	}
	scale := 1.0
	for _, v := range want {
		scale = max(scale, math.Abs(v))
	}
	for i, v := range want {
		if !(math.Abs(got[i]-v) <= tol*scale) {
			return fmt.Errorf("element %d is %g, want %g (tolerance %g)", i, got[i], v, tol*scale)
		}
	}
	return nil
}

func compile(t *testing.T, e engine.Engine, p *engine.Program, specs []engine.Spec) (engine.Runner, engine.State) {
	t.Helper()
	state, err := e.NewState(specs)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { state.Close() })
	run, err := e.Compile(p, state)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { run.Close() })
	return run, state
}

// rotation is a program whose writes read each other's old values.
func rotation() (*engine.Program, []engine.Spec) {
	g := graph.New()
	a, b := g.Input("a", graph.Float, 2), g.Input("b", graph.Float, 2)
	by := g.Input("by", graph.Float, 1)
	return &engine.Program{Name: "rotation", Graph: g,
		Writes:  []engine.Binding{{Name: "a", Node: g.Mul(b, by)}, {Name: "b", Node: g.Add(a, b)}},
		Returns: []engine.Binding{{Name: "sum", Node: g.Sum(g.Add(a, b), 0)}},
	}, []engine.Spec{{Name: "a", Shape: graph.Shape{2}}, {Name: "b", Shape: graph.Shape{2}}}
}

func checkCommit(t *testing.T, e engine.Engine) {
	p, specs := rotation()
	run, state := compile(t, e, p, specs)
	set(t, state, "a", 1, 2)
	set(t, state, "b", 10, 20)
	for range 2 {
		if _, err := run.Run(context.Background(), engine.Feeds{"by": engine.Scalar(2)}); err != nil {
			t.Fatal(err)
		}
	}
	require(t, state, "a", 22, 44) // 2 * (1+10), 2 * (2+20)
	require(t, state, "b", 31, 62) // (20+11), (40+22)
}

func checkFailure(t *testing.T, e engine.Engine) {
	p, specs := rotation()
	run, state := compile(t, e, p, specs)
	set(t, state, "a", 1, 2)
	cancelled, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := run.Run(cancelled, engine.Feeds{"by": engine.Scalar(2)}); !errors.Is(err, context.Canceled) {
		t.Errorf("a cancelled run returns %v", err)
	}
	if _, err := run.Run(&lateCancel{Context: cancelled}, engine.Feeds{"by": engine.Scalar(2)}); !errors.Is(err, context.Canceled) {
		t.Errorf("a run that is cancelled midway returns %v", err)
	}
	if _, err := run.Run(context.Background(), engine.Feeds{}); err == nil {
		t.Error("a run without its feed succeeds")
	}
	require(t, state, "a", 1, 2)
	require(t, state, "b", 0, 0)
}

// lateCancel is a context that seems alive at first and is cancelled later: an engine
// that checks it only before the run goes on into the run.
type lateCancel struct {
	context.Context
	asked bool
}

func (m *lateCancel) Err() error {
	if m.asked {
		return m.Context.Err()
	}
	m.asked = true
	return nil
}

func checkSharing(t *testing.T, e engine.Engine) {
	p, specs := rotation()
	writer, state := compile(t, e, p, specs)
	g := graph.New()
	reader, err := e.Compile(&engine.Program{Name: "reader", Graph: g,
		Returns: []engine.Binding{{Name: "b", Node: g.Scale(g.Input("b", graph.Float, 2), 3)}}}, state)
	if err != nil {
		t.Fatal(err)
	}
	defer reader.Close()
	set(t, state, "a", 1, 2)
	for i := range 3 { // each buffer of a pair is current once
		if _, err := writer.Run(context.Background(), engine.Feeds{"by": engine.Scalar(0.5)}); err != nil {
			t.Fatal(err)
		}
		want, err := state.Get("b")
		if err != nil {
			t.Fatal(err)
		}
		got, err := reader.Run(context.Background(), nil)
		if err != nil {
			t.Fatal(err)
		}
		if err := Close(got["b"], []float64{3 * want[0], 3 * want[1]}, 0); err != nil {
			t.Errorf("after %d writes: %v", i+1, err)
		}
	}
}

func checkMismatch(t *testing.T, e engine.Engine) {
	p, _ := rotation()
	state, err := e.NewState([]engine.Spec{{Name: "a", Shape: graph.Shape{3}}})
	if err != nil {
		t.Fatal(err)
	}
	defer state.Close()
	if run, err := e.Compile(p, state); err == nil {
		run.Close()
		t.Error("a program that reads [2] compiles against a state of [3]")
	}
}

func set(t *testing.T, s engine.State, name string, v ...float64) {
	t.Helper()
	if err := s.Set(name, v); err != nil {
		t.Fatal(err)
	}
}

func require(t *testing.T, s engine.State, name string, want ...float64) {
	t.Helper()
	got, err := s.Get(name)
	if err != nil {
		t.Fatal(err)
	}
	if err := Close(got, want, 0); err != nil {
		t.Errorf("%s: %v", name, err)
	}
}

// Normal draws float32 numbers from a normal distribution.
func Normal(seed uint64, name string, n int) []float64 {
	r := random.New(seed, name)
	v := make([]float64, n)
	for i := range v {
		v[i] = float64(float32(r.NormFloat64()))
	}
	return v
}
