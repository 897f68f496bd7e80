package ort_test

import (
	"context"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"

	ortgo "github.com/yalue/onnxruntime_go"

	"fbnas/engine"
	"fbnas/engine/enginetest"
	"fbnas/engine/ort"
	"fbnas/graph"
	"fbnas/graph/grad"
	"fbnas/internal/convert"
	"fbnas/internal/fault"
)

// held is an engine whose states are in the runtime's memory.
func held(t *testing.T, d ort.Dialect) *ort.Engine {
	t.Helper()
	o := options(t)
	o.Dialect = d
	e, err := ort.NewHeld(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { e.Close() })
	return e
}

// TestHeldState runs an accelerator's code path in the CPU provider's memory:
// the same contracts, and the same bits as with states in Go's memory.
func TestHeldState(t *testing.T) {
	t.Run("suite", func(t *testing.T) { enginetest.Suite(t, held(t, ort.Std), 1, 2e-6) })
	for _, d := range []ort.Dialect{ort.Std, ort.Auto} {
		t.Run(fmt.Sprint("training ", d), func(t *testing.T) {
			want, got := trained(t, newEngine(t, d)), trained(t, held(t, d))
			if !(want["loss 2"][0] < 0.9*want["loss 0"][0]) {
				t.Errorf("nothing was trained: the loss went from %v to %v", want["loss 0"], want["loss 2"])
			}
			for name, values := range want {
				if !slices.Equal(got[name], values) {
					t.Errorf("%s differs from that of a state in ordinary memory", name)
				}
			}
		})
	}
}

// TestCUDA runs the suite if there is a GPU and the library for it.
func TestCUDA(t *testing.T) {
	o := options(t)
	o.Provider = ort.CUDA
	e, err := ort.New(o)
	if err != nil {
		hint := fault.HintOf(err)
		if fault.CodeOf(err) != fault.Device || !strings.Contains(hint, "FBNAS_ORT_LIB") || !strings.Contains(err.Error(), o.Library) {
			t.Errorf("%v (hint %q) does not say what to do about which library", err, hint)
		}
		t.Skipf("not tried: %v", err)
	}
	defer e.Close()
	enginetest.Suite(t, e, 1, 2e-5)
	want, got := trained(t, newEngine(t, ort.Std)), trained(t, e)
	for name, values := range want {
		if err := enginetest.Close(got[name], values, 1e-4); err != nil {
			t.Errorf("%s after training: %v", name, err)
		}
	}
}

func TestProviderAndDialect(t *testing.T) {
	for _, c := range []struct {
		provider ort.Provider
		dialect  ort.Dialect
		want     string
	}{
		{ort.CUDA, ort.Blocked, "--ep cuda"},
		{"tpu", ort.Std, `"tpu"`},
	} {
		o := options(t)
		o.Provider, o.Dialect = c.provider, c.dialect
		_, err := ort.New(o)
		if fault.CodeOf(err) != fault.Usage || fault.HintOf(err) == "" || !strings.Contains(fmt.Sprint(err), c.want) {
			t.Errorf("%s with %s: %v", c.provider, c.dialect, err)
		}
	}
}

// TestInternals: a value that the binding did not make is passed to it as its
// ValueInternalData, which must stay one pointer.
func TestInternals(t *testing.T) {
	data := reflect.TypeFor[ortgo.ValueInternalData]()
	if data.NumField() != 1 || data.Field(0).Type.Kind() != reflect.Pointer {
		t.Errorf("ValueInternalData is %v", data)
	}
}

// trained is the state after three steps of momentum on a convolution.
func trained(t *testing.T, e engine.Engine) map[string][]float64 {
	t.Helper()
	p, specs := momentum()
	s, err := e.NewState(specs)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if err := s.Set("w", enginetest.Normal(1, "w", 8*3*3*3)); err != nil {
		t.Fatal(err)
	}
	run, err := e.Compile(p, s)
	if err != nil {
		t.Fatal(err)
	}
	defer run.Close()
	after := map[string][]float64{}
	images := engine.Floats(convert.Slice[float32](enginetest.Normal(1, "x", 16*3*9*9)))
	for step := range 3 {
		r, err := run.Run(context.Background(), engine.Feeds{"x": images, "rate": engine.Scalar(0.1)})
		if err != nil {
			t.Fatal(err)
		}
		after[fmt.Sprint("loss ", step)] = slices.Clone(r["loss"])
	}
	for _, spec := range specs {
		if after[spec.Name], err = s.Get(spec.Name); err != nil {
			t.Fatal(err)
		}
	}
	return after
}

// momentum minimises the mean square of a convolution's positive part.
func momentum() (*engine.Program, []engine.Spec) {
	g := graph.New()
	x := g.MapInput("x", 16, 3, 9, 9)
	w, m := g.Input("w", graph.Float, 8, 3, 3, 3), g.Input("m", graph.Float, 8, 3, 3, 3)
	rate := g.Input("rate", graph.Float, 1)
	y := g.Unary(graph.Relu, g.Conv(x, w, nil, graph.ConvAttr{Stride: 2, Pad: 1, Groups: 1}))
	loss := g.Sum(g.Dot(y, y, 0, 2, 3), 0)
	one := g.ExpandLike(g.Const([]float64{1e-3}, 1), loss)
	dw := grad.VJP(g, []*graph.Node{loss}, []*graph.Node{one}, []*graph.Node{w})[0]
	next := g.Add(g.Mul(m, g.Const([]float64{0.9}, 1, 1, 1, 1)), dw)
	return &engine.Program{Name: "momentum", Graph: g,
		Writes:  []engine.Binding{{Name: "m", Node: next}, {Name: "w", Node: g.Sub(w, g.Mul(next, g.Reshape(rate, 1, 1, 1, 1)))}},
		Returns: []engine.Binding{{Name: "loss", Node: loss}},
	}, []engine.Spec{{Name: "w", Shape: w.Shape}, {Name: "m", Shape: m.Shape}}
}
