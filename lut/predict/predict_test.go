package predict

import (
	"encoding/json"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"fbnas/models"
)

// errorsAt are the relative errors of predictions at random blocks of a space,
// and by how much they exceed the expected errors, as a root mean square.
func errorsAt(p *Predictor, space []models.Block, n int) (mape, worst, excess float64) {
	rng := rand.New(rand.NewPCG(5, 5))
	for range n {
		b := space[rng.IntN(len(space))]
		us, errUS := p.Predict(b)
		e := math.Abs(us/deviceUS(b) - 1)
		mape += e / float64(n)
		worst = math.Max(worst, e)
		excess += math.Pow((us-deviceUS(b))/errUS, 2) / float64(n)
	}
	return mape, worst, math.Sqrt(excess)
}

// TestBigSpace predicts a space of 28672 blocks on an unknown device from one row
// in a hundred: the errors are as large as the predictor says, and fall as more
// is measured.
func TestBigSpace(t *testing.T) {
	space := bigSpace()
	const rows = 280
	var before float64
	samples := measure(Lattice(space, rows/2))
	for len(samples) <= rows {
		m, err := Fit(samples)
		if err != nil {
			t.Fatal(err)
		}
		p := New(m, samples)
		mape, worst, excess := errorsAt(p, space, 500)
		t.Logf("%d rows of %d: stairs %v, mean error %.2f %%, largest %.2f %%, %.2f of what was expected",
			len(samples), len(space), m.Stairs, 100*mape, 100*worst, excess)
		if before > 0 && mape > before {
			t.Errorf("mean error %.2f %% with %d rows, %.2f %% with half of them", 100*mape, len(samples), 100*before)
		}
		if len(samples) == rows {
			if m.Stairs != (Stairs{deviceStep, 4}) || mape > 0.03 || worst > 0.08 || excess > 2 || excess < 0.3 {
				t.Errorf("stairs %v, mean error %.2f %%, largest %.2f %%, %.2f of what was expected", m.Stairs, 100*mape, 100*worst, excess)
			}
			return
		}
		before = mape
		samples = append(samples, measure(p.Uncertain(space, rows-len(samples)))...)
	}
}

// TestModelSurvivesItsFile: a model read back from JSON predicts exactly the
// same.
func TestModelSurvivesItsFile(t *testing.T) {
	blocks := family8(14, 3, 1, "relu", false)
	samples := measure(Lattice(blocks, 60))
	m, err := Fit(samples)
	if err != nil {
		t.Fatal(err)
	}
	text, err := json.Marshal(m)
	if err != nil {
		t.Fatal(err)
	}
	var again Model
	if err := json.Unmarshal(text, &again); err != nil {
		t.Fatal(err)
	}
	p, q := New(m, samples), New(&again, samples)
	for _, b := range blocks {
		us, errUS := p.Predict(b)
		if us2, errUS2 := q.Predict(b); us != us2 || errUS != errUS2 || !(us > 0) || !(errUS > 0) {
			t.Fatalf("%+v: %v ± %v us, then %v ± %v", b, us, errUS, us2, errUS2)
		}
	}
}

func TestCovers(t *testing.T) {
	blocks := family8(14, 3, 1, "relu", false)
	samples := measure(Lattice(blocks, 40))
	m, err := Fit(samples)
	if err != nil {
		t.Fatal(err)
	}
	p := New(m, samples)
	for _, b := range blocks {
		if !p.Covers(b) {
			t.Fatalf("a block of the measured family is not covered: %+v", b)
		}
	}
	for name, change := range map[string]func(*models.Block){
		"kernel": func(b *models.Block) { b.Kernel, b.Pad = 5, 2 },
		"size":   func(b *models.Block) { b.Height = 28 },
		"act":    func(b *models.Block) { b.Act = "hswish" },
		"gate":   func(b *models.Block) { b.SE = "hsigmoid" },
		"in":     func(b *models.Block) { b.In = 104 },
		"out":    func(b *models.Block) { b.Out = 16 },
		"mid":    func(b *models.Block) { b.Mid = 600 },
	} {
		b := blocks[0]
		change(&b)
		if p.Covers(b) {
			t.Errorf("%s: covered, and nothing like it was measured", name)
		}
	}
}

// TestUnsoundSamples: a file may have rows that are not blocks; they must not end
// the program.
func TestUnsoundSamples(t *testing.T) {
	blocks := family8(14, 3, 1, "relu", false)
	samples := measure(Lattice(blocks, 40))
	m, err := Fit(samples)
	if err != nil {
		t.Fatal(err)
	}
	unsound := slices.Clone(samples)
	for _, change := range []func(*Sample){
		func(s *Sample) { s.Block.Stride = 0 },
		func(s *Sample) { s.Block.Kind = "other" },
		func(s *Sample) { s.Block.Groups = -1 },
		func(s *Sample) { s.US = 0 },
	} {
		s := samples[0]
		change(&s)
		unsound = append(unsound, s)
	}
	us, errUS := New(m, samples).Predict(blocks[9])
	if us2, errUS2 := New(m, unsound).Predict(blocks[9]); us != us2 || errUS != errUS2 {
		t.Errorf("%v ± %v us, with unsound samples %v ± %v", us, errUS, us2, errUS2)
	}
}

func TestTooFewSamples(t *testing.T) {
	if m, err := Fit(measure(family8(14, 3, 1, "relu", false)[:Fewest-1])); err == nil {
		t.Errorf("a model from %d samples: %+v", Fewest-1, m)
	}
}

// TestChoices: the chosen blocks are distinct, among those given, and in the same
// order each time; a smaller lattice is the beginning of a larger one.
func TestChoices(t *testing.T) {
	blocks := slices.Concat(family8(14, 3, 1, "relu", false), family8(28, 5, 2, "hswish", true))
	small, large := Lattice(blocks, 50), Lattice(blocks, 90)
	if len(large) != 90 || !slices.Equal(small, large[:50]) {
		t.Errorf("lattices of %d and %d", len(small), len(large))
	}
	samples := measure(small)
	m, err := Fit(samples)
	if err != nil {
		t.Fatal(err)
	}
	more := New(m, samples).Uncertain(blocks, 40)
	if len(more) != 40 || !slices.Equal(more, New(m, samples).Uncertain(blocks, 40)) {
		t.Errorf("%d uncertain blocks, or others at the second time", len(more))
	}
	for _, list := range [][]models.Block{large, more} {
		seen := map[models.Block]bool{}
		for _, b := range list {
			if seen[b] || !slices.Contains(blocks, b) {
				t.Fatalf("chosen twice, or from nowhere: %+v", b)
			}
			seen[b] = true
		}
	}
	if all := Lattice(blocks[:30], 99); len(all) != 30 {
		t.Errorf("%d of 30 blocks", len(all))
	}
}

// TestDescendEndsAtTheMinimum: with non-negative coefficients no step downhill is
// left: where one is positive the slope is zero, elsewhere it is not negative.
func TestDescendEndsAtTheMinimum(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		const n = 4
		var columns [n][]float64
		value := rapid.Float64Range(-1, 1)
		for i := range columns {
			columns[i] = rapid.SliceOfN(value, 12, 12).Draw(t, "column")
			norm := 1e-3
			for j, v := range columns[i] {
				columns[i][j] = v + 1e-3*float64(j*i)
				norm += columns[i][j] * columns[i][j]
			}
			for j := range columns[i] {
				columns[i][j] /= math.Sqrt(norm)
			}
		}
		b := rapid.SliceOfN(value, 12, 12).Draw(t, "b")
		gram, target := make([][]float64, n), make([]float64, n)
		for i := range n {
			gram[i] = make([]float64, n)
			for r := range b {
				target[i] += columns[i][r] * b[r]
				for j := range n {
					gram[i][j] += columns[i][r] * columns[j][r]
				}
			}
			gram[i][i] = 1
		}
		x := descend(gram, target)
		for i := range n {
			slope := -target[i]
			for j := range n {
				slope += gram[i][j] * x[j]
			}
			if x[i] < 0 || x[i] > 0 && math.Abs(slope) > 1e-3 || x[i] == 0 && slope < -1e-3 {
				t.Fatalf("x %v: slope %g at %d", x, slope, i)
			}
		}
	})
}

func TestCheck(t *testing.T) {
	for name, m := range map[string]Model{
		"step":   {Stairs: Stairs{0, 1}},
		"trend":  {Stairs: Stairs{8, 1}, Scale: 0.1, Trend: map[string]float64{"call": -1}},
		"weight": {Stairs: Stairs{8, 1}, Scale: 0.1, Weights: map[Axis]float64{"in": math.Inf(1)}},
		"scale":  {Stairs: Stairs{8, 1}, Scale: math.NaN()},
	} {
		if m.Check() == nil {
			t.Errorf("%s: accepted %+v", name, m)
		}
	}
	if err := (&Model{Stairs: Stairs{8, 1}, Scale: 0.1}).Check(); err != nil {
		t.Error(err)
	}
}
