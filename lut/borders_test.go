package lut

import (
	"bytes"
	"math"
	"math/rand/v2"
	"testing"

	"pgregory.net/rapid"

	"fbnas/models"
)

// TestRidge: the solution is checked by its gradient, and the leave-one-out error
// by leaving one out.
func TestRidge(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		rows, columns := rapid.IntRange(2, 6).Draw(t, "rows"), rapid.IntRange(1, 8).Draw(t, "columns")
		strength := rapid.Float64Range(0.01, 2).Draw(t, "strength")
		value := rapid.Map(rapid.IntRange(-8, 8), func(i int) float64 { return float64(i) / 4 })
		x := make([][]float64, rows)
		for i := range x {
			x[i] = rapid.SliceOfN(value, columns, columns).Draw(t, "x")
		}
		y := rapid.SliceOfN(value, rows, rows).Draw(t, "y")
		weights, loo := ridge(x, y, strength)
		fit := primal(x, weights, columns)
		for j := range columns {
			gradient := strength * fit[j]
			for i := range x {
				gradient += (dot(x[i], fit) - y[i]) * x[i][j]
			}
			if math.Abs(gradient) > 1e-8 {
				t.Fatalf("gradient of %d: %g", j, gradient)
			}
		}
		want := 0.0
		for i := range x {
			without := append(append([][]float64(nil), x[:i]...), x[i+1:]...)
			w, _ := ridge(without, append(append([]float64(nil), y[:i]...), y[i+1:]...), strength)
			want += math.Abs(y[i]-dot(x[i], primal(without, w, columns))) / float64(rows)
		}
		if math.Abs(loo-want) > 1e-8 {
			t.Fatalf("leave-one-out error %g, one by one %g", loo, want)
		}
	})
}

func primal(x [][]float64, weights []float64, columns int) []float64 {
	fit := make([]float64, columns)
	for i, w := range weights {
		axpy(w, x[i], fit)
	}
	return fit
}

// stage is a block with one of the shapes of the space demo.
func stage(width, size int) models.Block {
	return models.Block{Kind: models.IR, Kernel: 3, Stride: 1, Groups: 1, OutGroups: 1, In: width, Mid: width, Out: width, Height: size, Width: size}
}

// joined makes a table with a row for each width at each size, and networks whose
// blocks save, besides a call and their elements, an amount that depends on the
// number of channels.
func joined(n int, noise float64) (*Table, [][]models.Block, []Timed) {
	rng := rand.New(rand.NewPCG(3, 4))
	table := newTable()
	table.Header.Condition.Precision, table.Header.Condition.Batch = "fp32", 1
	widths, sizes := []int{16, 20, 24, 30}, []int{14, 7}
	extra := map[int]float64{16: 1.2, 20: -0.6, 24: 0.4, 30: -1.1}
	for _, w := range widths {
		for _, s := range sizes {
			k := table.Key(stage(w, s))
			table.put(Row{Key: k, KeyDigest: k.Digest(), Status: OK, LatencyUS: 6 + 0.001*float64(w*w*s)})
		}
	}
	var all [][]models.Block
	var timed []Timed
	for i := range n {
		var blocks []models.Block
		us := 2.0
		for _, s := range sizes {
			for range 2 + rng.IntN(3) {
				b := stage(widths[rng.IntN(len(widths))], s)
				row, _, _ := table.Latency(b)
				us += row - 0.8 - 0.0001*elements(b) - extra[b.In]
				blocks = append(blocks, b)
			}
		}
		line, err := table.AddUp(blocks)
		if err != nil {
			panic(err)
		}
		line.Name, line.Model = "n", string(rune('a'+i))
		line.MeasuredUS = us * (1 + noise*rng.NormFloat64())
		all, timed = append(all, blocks), append(timed, line)
	}
	return table, all, timed
}

func TestBordersAreLearnt(t *testing.T) {
	table, blocks, timed := joined(60, 0.003)
	if err := table.Calibrate(Measured{Networks: timed[:24]}); err != nil {
		t.Fatal(err)
	}
	c := table.Calibration
	if c.Form != Borders || len(c.Borders) != 8 || *c.BordersLOO > 0.3**c.LinearLOO || table.Certainty().MeanError != *c.BordersLOO {
		t.Fatalf("form %s, %d borders, leave-one-out %g, %g, %g", c.Form, len(c.Borders), *c.OffsetLOO, *c.LinearLOO, *c.BordersLOO)
	}
	if err := table.Validate(Measured{Networks: timed[24:]}); err != nil || table.Validation.MAPE > 0.006 || table.Validation.MaxError > 0.02 {
		t.Errorf("%v, %+v", err, table.Validation.Accuracy)
	}
	for i, b := range blocks {
		e, err := table.Predict(b)
		if err != nil || math.Abs(e.Cost-c.predict(timed[i])) > 1e-9 {
			t.Fatalf("%g us by its blocks (%v), %g by its sums", e.Cost, err, c.predict(timed[i]))
		}
	}
	if c.border(Shape{17, 7, 7}) != 0 {
		t.Error("a shape that no network has saves something")
	}
}

func TestBordersReadAsWritten(t *testing.T) {
	table, _, timed := joined(24, 0)
	if err := table.Calibrate(Measured{Networks: timed}); err != nil {
		t.Fatal(err)
	}
	table.Header.Version = Version
	var first, second bytes.Buffer
	if err := table.Encode(&first); err != nil {
		t.Fatal(err)
	}
	again, err := Parse(bytes.NewReader(first.Bytes()), "x.lut")
	if err != nil {
		t.Fatal(err)
	}
	if err := again.Encode(&second); err != nil || second.String() != first.String() {
		t.Errorf("%v, written otherwise:\n%s", err, second.String())
	}
	for name, spoil := range map[string]func(*Calibration){
		"order":  func(c *Calibration) { c.Borders[0], c.Borders[1] = c.Borders[1], c.Borders[0] },
		"number": func(c *Calibration) { c.Borders[0].SavesUS = math.Inf(1) },
	} {
		c := *again.Calibration
		c.Borders = append([]Border(nil), c.Borders...)
		if spoil(&c); inBounds(typeCalibration, &c) == nil && c.check() == nil {
			t.Errorf("%s: taken", name)
		}
	}
}
