package profile_test

import (
	"context"
	"math"
	"path/filepath"
	"testing"

	"fbnas/latency"
	"fbnas/lut"
	"fbnas/profile"
)

// TestDefaultMode: the table of a phone in fixed-performance mode says how much
// faster default mode is, on the network beside which others are timed; no other
// table does.
func TestDefaultMode(t *testing.T) {
	path := filepath.Join(t.TempDir(), "x.lut")
	made := mustProfile(t, phone(), path).Table.Header.DefaultMode
	if made == nil || math.Abs(made.Ratio/0.8-1) > 0.005 || made.Spread > 0.01 || made.Rounds != 12 || made.Network == "sentinel" {
		t.Errorf("%+v", made)
	}
	again := phone()
	if read := mustProfile(t, again, path).Table.Header.DefaultMode; *read != *made || again.Measured > 0 {
		t.Errorf("read as %+v; %d rounds were measured", read, again.Measured)
	}
	rows := profiled(t, phone(), blocksOnly())
	if d := rows.Header.DefaultMode; d == nil || d.Network != "sentinel" || math.Abs(d.Ratio/0.8-1) > 0.005 {
		t.Errorf("without networks: %+v", d)
	}
	for _, mode := range []string{latency.FixedOff, latency.FixedUnsupported} {
		d := phone()
		d.Condition.FixedPerformance = mode
		if made := profiled(t, d, blocksOnly()).Header.DefaultMode; made != nil {
			t.Errorf("%s: %+v", mode, made)
		}
	}
}

// A comparison in which the device was not steady says so; the table does not, whose
// figures are of the other mode.
func TestUnsteadyDefaultMode(t *testing.T) {
	for _, unsteady := range []bool{false, true} {
		d, o := phone(), options()
		o.Progress = func(p profile.Progress) {
			if p.Stage == "modes" && unsteady {
				d.Unstable = func(int) bool { return true }
			}
		}
		rep, err := profile.Run(t.Context(), d, blocksOnly(), filepath.Join(t.TempDir(), "x.lut"), o)
		if err != nil {
			t.Fatal(err)
		}
		h := rep.Table.Header
		if (h.DefaultMode.Noisy == "the sentinel stays slow") != unsteady || (h.DefaultMode.Noisy == "") == unsteady || h.Noisy != "" {
			t.Errorf("unsteady %t: %+v, the table: %q", unsteady, h.DefaultMode, h.Noisy)
		}
	}
}

// TestCourse: a wait for the device is counted once, however often the profile
// was interrupted, and also in rejected rounds.
func TestCourse(t *testing.T) {
	dir := t.TempDir()
	warm := func() *device {
		d := phone()
		d.Course = &latency.Course{ThermalStatus: "light", CoolDowns: 1, CooledSeconds: 10}
		d.Drifts = func(batch, round int) bool { return batch == 0 && round == 1 }
		return d
	}
	whole := mustProfile(t, warm(), filepath.Join(dir, "whole.lut"))
	want := whole.Table.Header.Course
	if want == nil || want.ThermalStatus != "light" || want.CoolDowns < 9 || want.CooledSeconds != 10*float64(want.CoolDowns) {
		t.Fatalf("%+v", want)
	}
	path := filepath.Join(dir, "cut.lut")
	ctx, cancel := context.WithCancel(t.Context())
	first := warm()
	first.Cancel, first.After = cancel, 4
	if _, err := profile.Run(ctx, first, plan(), path, options()); err == nil {
		t.Fatal("not interrupted")
	}
	if got := mustProfile(t, warm(), path).Table.Header.Course; *got != *want {
		t.Errorf("interrupted %+v, whole %+v", got, want)
	}
	both, _, err := lut.Merge(whole.Table, whole.Table)
	if err != nil || both.Header.Course.CoolDowns != 2*want.CoolDowns {
		t.Errorf("merged: %+v, %v", both.Header.Course, err)
	}
}

// TestDefaultModeOfADriftingDevice: a phone that slows down steadily is equally
// slow in both modes.
func TestDefaultModeOfADriftingDevice(t *testing.T) {
	d := phone()
	d.Noise = 0
	const growth = 1.002
	slower := 1.0
	d.Speed = func(int, int) float64 {
		slower *= growth
		return slower
	}
	made := profiled(t, d, blocksOnly()).Header.DefaultMode
	// A stretch is 6 rounds of the sentinel beside itself: 12 groups.
	if want := 1 - math.Pow(growth, -24); made == nil || math.Abs(made.Ratio/0.8-1) > 1e-9 || math.Abs(made.Spread-want) > 1e-9 {
		t.Errorf("%+v, want 0.8 and the spread %g", made, want)
	}
}
