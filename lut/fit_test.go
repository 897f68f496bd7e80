package lut

import (
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// TestNNLSIsOptimal: the solution of a non-negative least-squares problem is
// checked by its gradient: zero where x is positive, not negative where x is
// zero.
func TestNNLSIsOptimal(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		rows := rapid.IntRange(3, 12).Draw(t, "rows")
		value := rapid.Map(rapid.IntRange(-20, 20), func(i int) float64 { return float64(i) / 4 })
		columns := make([][]float64, 3)
		for i := range columns {
			columns[i] = rapid.SliceOfN(value, rows, rows).Draw(t, "column")
		}
		b := rapid.SliceOfN(value, rows, rows).Draw(t, "b")
		x := nnls(columns, b)
		rest := append([]float64(nil), b...)
		for i, c := range columns {
			axpy(-x[i], c, rest)
		}
		for i, c := range columns {
			gradient := -dot(c, rest)
			size := math.Sqrt(norm2(c)*norm2(b)) + 1e-300
			if x[i] < 0 || gradient < -1e-6*size || x[i] > 0 && math.Abs(gradient) > 1e-6*size {
				t.Fatalf("x = %v, gradient of %d %g", x, i, gradient)
			}
		}
	})
}

func TestNNLSWithDependentColumns(t *testing.T) {
	x := nnls([][]float64{{1, 1, 1}, {2, 2, 2}}, []float64{4, 4, 4})
	if got := x[0] + 2*x[1]; math.Abs(got-4) > 1e-12 {
		t.Errorf("x = %v", x)
	}
}

// made are networks whose latency follows a law, with relative noise.
func made(n int, noise float64, law func(Timed) float64) []Timed {
	rng := rand.New(rand.NewPCG(1, 2))
	out := make([]Timed, n)
	for i := range out {
		blocks := 3 + rng.IntN(15)
		t := Timed{Name: "n", Blocks: blocks, Elements: float64(blocks) * (1000 + 9000*rng.Float64())}
		t.Weights, t.Inner = 1e5*rng.Float64(), 1e6*rng.Float64()
		t.SumUS = float64(blocks)*40 + 1000*rng.Float64()
		t.MACs = int64(t.SumUS * 1000 * (0.8 + 0.4*rng.Float64()))
		t.MeasuredUS = law(t) * (1 + noise*rng.NormFloat64())
		t.Model = string(rune('a' + i))
		out[i] = t
	}
	return out
}

func byBorders(t Timed) float64 {
	return 50 + t.SumUS - 7*float64(t.Blocks) - 0.001*t.Elements
}

func byMemory(t Timed) float64 { return byBorders(t) + 0.002*t.Weights + 0.0004*t.Inner }

func byOffset(t Timed) float64 { return t.SumUS - 60 }

func TestCalibrateChoosesItsForm(t *testing.T) {
	for _, c := range []struct {
		name     string
		networks []Timed
		form     Form
		base     float64
		call     float64
		element  float64
		within   float64
	}{
		{"borders, exact", made(14, 0, byBorders), Linear, 50, 7, 0.001, 1e-6},
		{"borders, noisy", made(40, 0.002, byBorders), Linear, 50, 7, 0.001, 0.2},
		{"memory, exact", made(14, 0, byMemory), Memory, 50, 7, 0.001, 1e-6},
		{"memory, noisy", made(40, 0.002, byMemory), Memory, 50, 7, 0.001, 0.3},
		{"too few networks for borders", made(11, 0, byBorders), Offset, 0, 0, 0, math.Inf(1)},
		{"a negative offset", made(14, 0.002, byOffset), Offset, -60, 0, 0, 0.1},
		{"one network", made(1, 0, byOffset), Offset, -60, 0, 0, 1e-9},
	} {
		table := newTable()
		if err := table.Calibrate(Measured{Networks: c.networks}); err != nil {
			t.Fatal(err)
		}
		got := table.Calibration
		near := func(a, b float64) bool { return math.Abs(a-b) <= c.within*math.Abs(b)+1e-9 || math.IsInf(c.within, 1) }
		if got.Form != c.form || !near(got.BaseUS, c.base) || !near(got.CallUS, c.call) || !near(got.ElementUS, c.element) {
			t.Errorf("%s: %s, base %g, call %g, element %g", c.name, got.Form, got.BaseUS, got.CallUS, got.ElementUS)
		}
		if weight, inner := 0.002, 0.0004; c.form == Memory && (!near(got.WeightUS, weight) || !near(got.InnerUS, inner)) {
			t.Errorf("%s: weight %g, inner %g", c.name, got.WeightUS, got.InnerUS)
		}
		if (got.LinearLOO != nil) != (len(c.networks) >= 12) || (got.OffsetLOO != nil) != (len(c.networks) > 1) {
			t.Errorf("%s: errors %v and %v", c.name, got.OffsetLOO, got.LinearLOO)
		}
	}
	if err := newTable().Calibrate(Measured{Networks: nil}); err == nil {
		t.Error("calibrated on nothing")
	}
}

func TestValidate(t *testing.T) {
	all := made(34, 0.002, byBorders)
	table := newTable()
	if err := table.Calibrate(Measured{Networks: all[:14]}); err != nil {
		t.Fatal(err)
	}
	if err := table.Validate(Measured{Networks: all[14:]}); err != nil {
		t.Fatal(err)
	}
	v := table.Validation
	if v.N != 20 || v.MAPE > 0.004 || v.MAPE == 0 || v.Within5 != 1 || v.MACsOnly.MAPE < 5*v.MAPE || v.P95Error < v.MAPE {
		t.Errorf("validation %+v, MACs alone %+v", v.Accuracy, v.MACsOnly)
	}
	if v.Measured[0].PredictedUS == 0 {
		t.Error("the predictions are not kept")
	}
	err := table.Validate(Measured{Networks: all[13:]})
	if err == nil || !strings.Contains(err.Error(), "calibration") {
		t.Errorf("a network of the calibration validated: %v", err)
	}
}
