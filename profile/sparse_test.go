package profile_test

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
	"fbnas/lut"
	"fbnas/models"
	"fbnas/profile"
)

// uninterrupted is the profile of Wide: its report, its file, and how many rounds
// it measured. It is made once, because fits are slow.
var uninterrupted = sync.OnceValues(func() (whole struct {
	report profile.Report
	file   []byte
	rounds int
}, err error) {
	dir, err := os.MkdirTemp("", "sparse")
	if err != nil {
		return whole, err
	}
	defer os.RemoveAll(dir)
	d, path := newDevice(), filepath.Join(dir, "x.lut")
	if whole.report, err = profile.Run(context.Background(), d, wide(), path, options()); err != nil {
		return whole, err
	}
	whole.rounds = d.Measured
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
		case err != nil || math.Abs(l.Cost/alone(b)-1) > 0.08 || !(l.Error > 0):
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

// TestSparseProfileResumes: interrupted and resumed, it chooses the same rows and
// makes the same file.
func TestSparseProfileResumes(t *testing.T) {
	whole, err := uninterrupted()
	if err != nil {
		t.Fatal(err)
	}
	cut, path := newDevice(), filepath.Join(t.TempDir(), "cut.lut")
	ctx, cancel := context.WithCancel(t.Context())
	cut.Cancel, cut.After = cancel, whole.rounds/2
	if _, err := profile.Run(ctx, cut, wide(), path, options()); fault.CodeOf(err) != fault.Interrupted {
		t.Fatalf("error %v", err)
	}
	again := newDevice()
	if _, err := profile.Run(t.Context(), again, wide(), path, options()); err != nil {
		t.Fatal(err)
	}
	if cut.Measured+again.Measured != whole.rounds {
		t.Errorf("%d rounds, then %d; uninterrupted %d", cut.Measured, again.Measured, whole.rounds)
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
	rep, err := profile.Run(t.Context(), newDevice(), other, path, options())
	if err != nil || rep.Measured != stale || stale == 0 {
		t.Errorf("%d rows measured, %d have another graph now (%v)", rep.Measured, stale, err)
	}
	idle := newDevice()
	rep, err = profile.Run(t.Context(), idle, other, path, options())
	if err != nil || idle.Measured != 0 || rep.Predicted == 0 {
		t.Errorf("a finished table: %d rounds measured, %d predicted (%v)", idle.Measured, rep.Predicted, err)
	}
}

func TestSparseNeedsRows(t *testing.T) {
	p := wide()
	p.MaxRows = 60
	_, err := profile.Run(t.Context(), newDevice(), p, filepath.Join(t.TempDir(), "x.lut"), options())
	if fault.CodeOf(err) != fault.Usage {
		t.Errorf("60 rows for %d blocks: %v", len(p.Blocks), err)
	}
}

// TestLeastRows: the number in the message is enough, and one less is refused
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
		if got := profile.LeastRows(c.blocks); got != c.least {
			t.Errorf("%s: %d rows, want %d", name, got, c.least)
		}
		p := blocksOnly()
		p.Blocks, p.MaxRows = c.blocks, c.least-1
		path := filepath.Join(t.TempDir(), "x.lut")
		d := newDevice()
		_, err := profile.Run(t.Context(), d, p, path, options())
		if fault.CodeOf(err) != fault.Usage || !strings.Contains(fault.HintOf(err), fmt.Sprintf("--max-rows %d or more", c.least)) || d.Measured > 0 {
			t.Errorf("%s, one less: %v (%s), %d rounds measured", name, err, fault.HintOf(err), d.Measured)
		}
		if _, err := os.Stat(path); err == nil {
			t.Errorf("%s: the refusal left a table", name)
		}
		p.MaxRows = c.least
		if rep, err := profile.Run(t.Context(), d, p, path, options()); err != nil || rep.Rows != c.least {
			t.Errorf("%s, the least: %v, %d rows", name, err, rep.Rows)
		}
	}
}
