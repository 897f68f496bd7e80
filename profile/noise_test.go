package profile_test

import (
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"fbnas/internal/fault"
	"fbnas/lut"
	"fbnas/profile"
)

// TestRowsDoNotSeeTheMachinesSpeed: the machine's speed jumps between rounds. A
// row is a ratio to the sentinel in its own round, so only the sentinel's time
// changes, by which all rows become microseconds.
func TestRowsDoNotSeeTheMachinesSpeed(t *testing.T) {
	path := filepath.Join(t.TempDir(), "steady.lut")
	steady, err := profile.Run(t.Context(), newDevice(), blocksOnly(), path, options())
	if err != nil {
		t.Fatal(err)
	}
	rapid.Check(t, func(rt *rapid.T) {
		factors := rapid.SliceOfN(rapid.Float64Range(0.7, 1.4), 9, 9).Draw(rt, "factors")
		d := newDevice()
		d.Speed = func(batch, round int) float64 { return factors[3*batch+round] }
		jumpy := filepath.Join(t.TempDir(), "jumpy.lut")
		defer os.Remove(jumpy)
		rep, err := profile.Run(t.Context(), d, blocksOnly(), jumpy, options())
		if err != nil {
			rt.Fatal(err)
		}
		diff, err := lut.Compare(steady.Table, rep.Table)
		if err != nil || len(diff.Rows) != 16 || diff.Max > 1e-9 {
			rt.Fatalf("%d rows, differing by up to %g (%v)", len(diff.Rows), diff.Max, err)
		}
	})
}

// TestOutliersAreLeftOut: disturbed groups are counted and left out.
func TestOutliersAreLeftOut(t *testing.T) {
	d := newDevice()
	m, _, _ := export(ir(16, 48, 16, 8, 1))
	d.Outlier = func(digest string, round int) bool { return digest == m.Digest() && round == 1 }
	rep, err := profile.Run(t.Context(), d, blocksOnly(), filepath.Join(t.TempDir(), "x.lut"), options())
	if err != nil || rep.DroppedGroups != 1 {
		t.Fatalf("%v, %d groups dropped", err, rep.DroppedGroups)
	}
	row, _ := rep.Table.Row(ir(16, 48, 16, 8, 1))
	if len(row.Raw) != 2 || row.Dropped != 1 || math.Abs(row.LatencyUS/alone(row.Key.Block)-1) > 0.01 {
		t.Errorf("row %+v, truly %.1f us", row, alone(row.Key.Block))
	}
}

// TestRejectedRoundsDoNotCount: rounds rejected for drift are measured again and
// do not count.
func TestRejectedRoundsDoNotCount(t *testing.T) {
	dir := t.TempDir()
	calm := mustProfile(t, newDevice(), filepath.Join(dir, "calm.lut"))
	d := newDevice()
	d.Drifts = func(batch, round int) bool { return (batch+round)%2 == 1 }
	rep := mustProfile(t, d, filepath.Join(dir, "drift.lut"))
	if diff, err := lut.Compare(calm.Table, rep.Table); err != nil || diff.Max > 0 {
		t.Errorf("rows differ by up to %g (%v)", diff.Max, err)
	}
}

func TestUnsteadyDevice(t *testing.T) {
	m, _, _ := export(ir(16, 48, 16, 8, 1))
	for name, disturb := range map[string]func(*device){
		"never settles": func(d *device) {
			d.Unstable = func(batch int) bool { return batch == 1 }
		},
		"one model always disturbed": func(d *device) {
			d.Outlier = func(digest string, _ int) bool { return digest == m.Digest() }
		},
		"noise": func(d *device) { d.Noise = 0.2 },
	} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "x.lut")
			d := newDevice()
			disturb(d)
			_, err := profile.Run(t.Context(), d, blocksOnly(), path, options())
			if fault.CodeOf(err) != fault.Unstable || !strings.Contains(fault.HintOf(err), "--allow-noisy") {
				t.Fatalf("error %v (hint %q)", err, fault.HintOf(err))
			}
			if _, err := lut.Load(path); err == nil {
				t.Fatal("the table of an unsteady device loads as finished")
			}
			before := d.Measured
			o := options()
			o.Measure.AllowNoisy = true
			rep, err := profile.Run(t.Context(), d, blocksOnly(), path, o)
			if err != nil || rep.Noisy == "" || rep.Rows != 16 {
				t.Fatalf("allowed: %v, marked %q, %d rows", err, rep.Noisy, rep.Rows)
			}
			if total := 9; d.Measured > total || before == 0 {
				t.Errorf("%d rounds counted, then %d; %d in all", before, d.Measured, total)
			}
			if read, err := lut.Load(path); err != nil || read.Header.Noisy == "" {
				t.Errorf("the file is not marked (%v)", err)
			}
		})
	}
}

// TestUnsteadyNetworks: what calibrates, validates or checks a table must be as
// steady as its rows: otherwise it is refused, or marked in the file and wherever
// the certainty is shown.
func TestUnsteadyNetworks(t *testing.T) {
	table := profiled(t, newDevice(), plan())
	calibration, validation, err := networks(table)
	if err != nil {
		t.Fatal(err)
	}
	noisy := newDevice()
	noisy.Noise = 0.2
	beside := profile.Yardsticks{Sentinel: plan().Sentinel}
	for name, c := range map[string]struct {
		networks []profile.Network
		store    func(lut.Measured) error
		mark     func(*lut.Table) string
	}{
		"calibration": {calibration, table.Calibrate, func(t *lut.Table) string { return t.Calibration.Noisy }},
		"validation":  {validation, table.Validate, func(t *lut.Table) string { return t.Validation.Noisy }},
	} {
		o := options().Measure
		_, err := profile.Session{Table: table, Meter: noisy, Options: o}.Measure(t.Context(), beside, c.networks)
		if fault.CodeOf(err) != fault.Unstable || !strings.Contains(fault.HintOf(err), "--allow-noisy") {
			t.Errorf("%s: error %v (hint %q)", name, err, fault.HintOf(err))
		}
		o.AllowNoisy = true
		m, err := profile.Session{Table: table, Meter: noisy, Options: o}.Measure(t.Context(), beside, c.networks)
		if err != nil || m.Noisy == "" {
			t.Fatalf("%s, allowed: %v, marked %q", name, err, m.Noisy)
		}
		if err := c.store(m); err != nil {
			t.Fatal(err)
		}
		if err := table.Save(); err != nil {
			t.Fatal(err)
		}
		read, err := lut.Load(table.Path)
		if err != nil || c.mark(read) != m.Noisy || read.Certainty().Noisy != m.Noisy || !strings.Contains(read.Certainty().String(), "not steady") {
			t.Errorf("%s: the file is not marked (%v)", name, err)
		}
		steady, err := profile.Session{Table: table, Meter: newDevice(), Options: options().Measure}.Measure(t.Context(), beside, c.networks)
		if err != nil || steady.Noisy != "" {
			t.Fatalf("%s, steady: %v, marked %q", name, err, steady.Noisy)
		}
		if err := c.store(steady); err != nil || c.mark(table) != "" {
			t.Errorf("%s: the mark outlives the measurement (%v)", name, err)
		}
	}
}
