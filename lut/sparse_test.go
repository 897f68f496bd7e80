package lut_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"fbnas/internal/fault"
	"fbnas/latency"
	"fbnas/latency/stats"
	"fbnas/lut"
	"fbnas/models"
)

// wide is a plan whose space asks for more rows than it may measure: 540
// inverted residuals and a head.
func wide() lut.Plan {
	p := plan()
	p.Networks, p.MaxRows = nil, 150
	p.Blocks = []models.Block{identity, head(16, 8, 10)}
	for in := 8; in <= 40; in += 8 {
		for mid := 16; mid <= 280; mid += 8 {
			p.Blocks = append(p.Blocks, ir(in, mid, 16, 8, 1), ir(in, mid, 16, 8, 2), ir(in, mid, 24, 8, 2))
		}
	}
	return p
}

// uninterrupted is the profile of wide: its report, its file, and how many
// rounds it measured. Fits take their time, so it is made once.
var uninterrupted = sync.OnceValues(func() (whole struct {
	report lut.Report
	file   []byte
	rounds int
}, err error) {
	dir, err := os.MkdirTemp("", "sparse")
	if err != nil {
		return whole, err
	}
	defer os.RemoveAll(dir)
	d, path := newDevice(), filepath.Join(dir, "x.lut")
	if whole.report, err = lut.Profile(context.Background(), d, wide(), path, options(), nil); err != nil {
		return whole, err
	}
	whole.rounds = d.measured
	whole.file, err = os.ReadFile(path)
	return whole, err
})

func TestSparseProfile(t *testing.T) {
	p := wide()
	whole, err := uninterrupted()
	if err != nil {
		t.Fatal(err)
	}
	rep := whole.report
	if rep.Rows > p.MaxRows || rep.Rows < p.MaxRows-5 || rep.Predicted != len(p.Blocks)-2-(rep.Rows-4) {
		t.Errorf("%d rows, %d predicted, of %d blocks", rep.Rows, rep.Predicted, len(p.Blocks))
	}
	table, err := lut.Parse(bytes.NewReader(whole.file), "x.lut")
	if err != nil || !table.Finished() {
		t.Fatal(err)
	}
	made := table.Predictions[0]
	if made.Kind != models.IR || made.Shapes != len(p.Blocks)-2 || made.Tested.HeldOut != 7 || made.Tested.MAPE > 0.03 ||
		made.Curve[len(made.Curve)-1] != made.Tested || made.Curve[0].Rows >= made.Tested.Rows {
		t.Errorf("prediction %+v", made)
	}
	predicted := 0
	for _, b := range p.Blocks[2:] {
		l, err := table.Lookup(b)
		_, measured := table.Row(b)
		switch {
		case err != nil || math.Abs(l.US/alone(b)-1) > 0.08 || !(l.ErrorUS > 0):
			t.Errorf("%+v: %+v (%v), truly %.2f us", b, l, err, alone(b))
		case measured != (l.Status == lut.OK):
			t.Errorf("%+v: status %s", b, l.Status)
		case !measured:
			predicted++
		}
	}
	if predicted != rep.Predicted {
		t.Errorf("%d blocks are predicted, %d reported", predicted, rep.Predicted)
	}
	if len(table.Missing(p.Blocks)) > 0 {
		t.Error("blocks of the space are missing")
	}
	for name, b := range map[string]models.Block{"width": ir(80, 96, 16, 8, 1), "size": ir(8, 96, 16, 16, 1)} {
		if _, err := table.Lookup(b); !errors.Is(err, lut.ErrMissing) {
			t.Errorf("a block of another %s: %v", name, err)
		}
	}
}

// Interrupted and taken up, it chooses the same rows and makes the same file.
func TestSparseProfileGoesOn(t *testing.T) {
	whole, err := uninterrupted()
	if err != nil {
		t.Fatal(err)
	}
	cut, path := newDevice(), filepath.Join(t.TempDir(), "cut.lut")
	ctx, cancel := context.WithCancel(t.Context())
	cut.cancel, cut.after = cancel, whole.rounds/2
	if _, err := lut.Profile(ctx, cut, wide(), path, options(), nil); fault.CodeOf(err) != fault.Interrupted {
		t.Fatalf("error %v", err)
	}
	again := newDevice()
	if _, err := lut.Profile(t.Context(), again, wide(), path, options(), nil); err != nil {
		t.Fatal(err)
	}
	if cut.measured+again.measured != whole.rounds {
		t.Errorf("%d rounds, then %d; uninterrupted %d", cut.measured, again.measured, whole.rounds)
	}
	if got, err := os.ReadFile(path); err != nil || !bytes.Equal(got, whole.file) {
		t.Errorf("another table than uninterrupted (%v)", err)
	}
	other := wide()
	other.Export = func(b models.Block) (latency.Model, string, error) {
		m, graph, err := export(b)
		if b.Mid == 64 {
			graph += " lowered otherwise"
		}
		return m, graph, err
	}
	table, err := lut.Load(path)
	if err != nil {
		t.Fatal(err)
	}
	stale := 0
	for _, r := range table.Rows() {
		if r.Key.Mid == 64 {
			stale++
		}
	}
	rep, err := lut.Profile(t.Context(), newDevice(), other, path, options(), nil)
	if err != nil || rep.Measured != stale || stale == 0 {
		t.Errorf("%d rows measured, %d have another graph now (%v)", rep.Measured, stale, err)
	}
	idle := newDevice()
	rep, err = lut.Profile(t.Context(), idle, other, path, options(), nil)
	if err != nil || idle.measured != 0 || rep.Predicted == 0 {
		t.Errorf("a finished table: %d rounds measured, %d predicted (%v)", idle.measured, rep.Predicted, err)
	}
}

// An estimate says what of it was predicted; the error of that comes beside
// what networks of the table err by.
func TestEstimateOfPredictedRows(t *testing.T) {
	whole, err := uninterrupted()
	if err != nil {
		t.Fatal(err)
	}
	table, err := lut.Parse(bytes.NewReader(whole.file), "x.lut")
	if err != nil {
		t.Fatal(err)
	}
	var measured, predicted []models.Block
	for _, b := range wide().Blocks[2:] {
		if _, ok := table.Row(b); ok {
			measured = append(measured, b)
		} else {
			predicted = append(predicted, b)
		}
	}
	table.Validation = &lut.Validation{Accuracy: stats.Accuracy{N: 20, P95Error: 0.02}}
	e, err := table.Predict(append(measured[:3:3], identity))
	if n, us := e.Unmeasured(); err != nil || e.Rows != 3 || n != 0 || us != 0 || math.Abs(e.ErrorUS-0.02*e.US) > 1e-9 {
		t.Errorf("measured rows: %+v, %v", e, err)
	}
	mixed := append(measured[:3:3], predicted[:2]...)
	if e, err = table.Predict(mixed); err != nil || len(e.Blocks) != len(mixed) {
		t.Fatal(err)
	}
	var us, variance float64
	for _, b := range predicted[:2] {
		l, err := table.Lookup(b)
		if err != nil {
			t.Fatal(err)
		}
		us += l.US
		variance += 4 * l.ErrorUS * l.ErrorUS
	}
	if n, of := e.Unmeasured(); e.Rows != 5 || n != 2 || math.Abs(of-us) > 1e-9 || math.Abs(e.ErrorUS-math.Sqrt(variance+math.Pow(0.02*e.US, 2))) > 1e-9 {
		t.Errorf("%d blocks with %g us, want 2 with %g; error %g of %+v", n, of, us, e.ErrorUS, e)
	}
}

func TestSparseNeedsRows(t *testing.T) {
	p := wide()
	p.MaxRows = 60
	_, err := lut.Profile(t.Context(), newDevice(), p, filepath.Join(t.TempDir(), "x.lut"), options(), nil)
	if fault.CodeOf(err) != fault.Usage {
		t.Errorf("60 rows for %d blocks: %v", len(p.Blocks), err)
	}
}

// TestLeastRows: the number that is named is enough, and one less is refused
// before anything is measured.
func TestLeastRows(t *testing.T) {
	small := space()
	var large []models.Block
	for mid := 8; mid <= 400; mid++ {
		large = append(large, ir(16, mid, 16, 8, 1))
	}
	for name, c := range map[string]struct {
		blocks []models.Block
		least  int
	}{
		"small kinds only": {small, 16},
		"a large kind":     {append(slices.Clone(large), head(16, 8, 10)), 130 + 4},
		"hardly large":     {large[:100], 100},
	} {
		if got := lut.LeastRows(c.blocks); got != c.least {
			t.Errorf("%s: %d rows, want %d", name, got, c.least)
		}
		p := blocksOnly()
		p.Blocks, p.MaxRows = c.blocks, c.least-1
		path := filepath.Join(t.TempDir(), "x.lut")
		d := newDevice()
		_, err := lut.Profile(t.Context(), d, p, path, options(), nil)
		if fault.CodeOf(err) != fault.Usage || !strings.Contains(fault.HintOf(err), fmt.Sprintf("--max-rows %d or more", c.least)) || d.measured > 0 {
			t.Errorf("%s, one less: %v (%s), %d rounds measured", name, err, fault.HintOf(err), d.measured)
		}
		if _, err := os.Stat(path); err == nil {
			t.Errorf("%s: the refusal left a table", name)
		}
		p.MaxRows = c.least
		if rep, err := lut.Profile(t.Context(), d, p, path, options(), nil); err != nil || rep.Rows != c.least {
			t.Errorf("%s, the least: %v, %d rows", name, err, rep.Rows)
		}
	}
}
