package grad_test

import (
	"math"
	"testing"

	"fbnas/engine/enginetest"
	"fbnas/engine/interp"
	"fbnas/graph"
	"fbnas/graph/grad"
	"fbnas/internal/random"
)

// TestRules checks every rule against central differences on the float64
// oracle: |a - n| <= 1e-6 max(1, max|n|).
func TestRules(t *testing.T) {
	for _, c := range enginetest.Cases(1) {
		t.Run(c.Name, func(t *testing.T) { checkCase(t, c) })
	}
}

func checkCase(t *testing.T, c enginetest.Case) {
	g := graph.New()
	y := c.Build(g)
	if y.Op != c.Op {
		t.Fatalf("the case builds %s, not %s", y.Op, c.Op)
	}
	values := c.Draw(g)
	weights := make([]float64, y.Shape.Len())
	r := random.New(1, c.Name+", weights")
	for i := range weights {
		weights[i] = r.NormFloat64()
	}
	var wrt []*graph.Node
	for _, n := range graph.Reachable(y) {
		if n.Op == graph.Input && n.DType == graph.Float {
			wrt = append(wrt, n)
		}
	}
	dy := g.Const(weights, y.Shape...)
	if y.Map {
		dy = g.ReshapeMap(dy, y.Shape[0], y.Shape[1], y.Shape[2], y.Shape[3])
	}
	grads := grad.VJP(g, []*graph.Node{y}, []*graph.Node{dy}, wrt)
	got, err := interp.Eval(grads, values)
	if err != nil {
		t.Fatal(err)
	}
	loss := func() float64 {
		out, err := interp.Eval([]*graph.Node{y}, values)
		if err != nil {
			t.Fatal(err)
		}
		var s float64
		for i, v := range out[0] {
			s += v * weights[i]
		}
		return s
	}
	for i, n := range wrt {
		if c.Op == graph.StopGrad {
			requireZero(t, got[i])
			continue
		}
		if !grads[i].Shape.Equal(n.Shape) {
			t.Fatalf("gradient of %s has the shape %v", n, grads[i].Shape)
		}
		compare(t, n.Name, got[i], central(values[n.Name], loss))
	}
}

// central differentiates loss in place at x.
func central(x []float64, loss func() float64) []float64 {
	const h = 1e-5
	d := make([]float64, len(x))
	for i, v := range x {
		x[i] = v + h
		up := loss()
		x[i] = v - h
		d[i] = (up - loss()) / (2 * h)
		x[i] = v
	}
	return d
}

func compare(t *testing.T, name string, got, want []float64) {
	t.Helper()
	scale := 1.0
	for _, v := range want {
		scale = max(scale, math.Abs(v))
	}
	for i, v := range want {
		if !(math.Abs(got[i]-v) <= 1e-6*scale) {
			t.Errorf("d%s[%d] = %g, central difference %g", name, i, got[i], v)
			return
		}
	}
}

func requireZero(t *testing.T, got []float64) {
	t.Helper()
	for _, v := range got {
		if v != 0 {
			t.Errorf("gradient %g through StopGrad", v)
		}
	}
}

// TestEveryOperatorHasACase fails when an operator is added without a row in
// the table of cases, and so without a gradient check.
func TestEveryOperatorHasACase(t *testing.T) {
	// BatchNormGrad is the gradient in the cases of BatchNorm.
	covered := map[graph.Op]bool{graph.Input: true, graph.Const: true, graph.BatchNormGrad: true}
	for _, c := range enginetest.Cases(1) {
		covered[c.Op] = true
	}
	for _, op := range graph.Ops() {
		if !covered[op] {
			t.Errorf("%s has no gradient check", op)
		}
	}
}

func TestUnusedInputHasAGradientOfZeros(t *testing.T) {
	g := graph.New()
	x, unused := g.Input("x", graph.Float, 2), g.Input("unused", graph.Float, 3)
	d := grad.Of(g, g.Sum(x, 0), []*graph.Node{unused})
	got, err := interp.Eval(d, map[string][]float64{"x": {1, 2}})
	if err != nil || len(got[0]) != 3 {
		t.Fatalf("gradient %v (%v), want three zeros", got, err)
	}
	requireZero(t, got[0])
}
