package profile_test

import (
	"context"
	"math"
	"path/filepath"
	"slices"
	"testing"

	"fbnas/internal/fault"
	"fbnas/profile"
)

// The progress of a profile that goes on begins where it had stopped.
func TestProgressGoesOn(t *testing.T) {
	path := filepath.Join(t.TempDir(), "x.lut")
	var heard []profile.Progress
	o := options()
	o.Progress = func(p profile.Progress) { heard = append(heard, p) }
	ctx, cancel := context.WithCancel(t.Context())
	first := newDevice()
	first.Cancel, first.After = cancel, 4
	if _, err := profile.Run(ctx, first, blocksOnly(), path, o); fault.CodeOf(err) != fault.Interrupted {
		t.Fatal(err)
	}
	stopped := heard[len(heard)-1]
	heard = nil
	if _, err := profile.Run(t.Context(), newDevice(), blocksOnly(), path, o); err != nil {
		t.Fatal(err)
	}
	if ended := heard[len(heard)-1]; heard[0] != stopped || stopped.Done == 0 || ended.Done != ended.Total || ended.Total != stopped.Total {
		t.Errorf("stopped at %+v, went on from %+v to %+v", stopped, heard[0], ended)
	}
}

// What may differ between the parts of one table, and is no reason to refuse it, is
// said.
func TestOtherSystemsAreSaid(t *testing.T) {
	path := filepath.Join(t.TempDir(), "x.lut")
	if _, err := profile.Run(t.Context(), newDevice(), blocksOnly(), path, options()); err != nil {
		t.Fatal(err)
	}
	d, o := newDevice(), options()
	d.Says.OS, o.Tool = "none 2", "fbnas newer"
	rep, err := profile.Run(t.Context(), d, blocksOnly(), path, o)
	want := []string{`the table was started with another device.os ("none 1", "none 2")`, `the table was started with another tool ("fbnas test", "fbnas newer")`}
	if err != nil || !slices.Equal(rep.Warnings, want) {
		t.Errorf("%v, warnings %q, want %q", err, rep.Warnings, want)
	}
}

// Rows that are added to a table on a slower day are in its own unit.
func TestAddedRowsAreInTheTablesUnit(t *testing.T) {
	path := filepath.Join(t.TempDir(), "x.lut")
	p := blocksOnly()
	rep, err := profile.Run(t.Context(), newDevice(), p, path, options())
	if err != nil {
		t.Fatal(err)
	}
	unit := rep.Table.Header.Sentinel.TimeUS
	added := ir(16, 80, 16, 8, 1)
	p.Blocks = append(p.Blocks, added)
	slow := newDevice()
	slow.Speed = func(int, int) float64 { return 1.5 }
	if rep, err = profile.Run(t.Context(), slow, p, path, options()); err != nil || rep.Measured != 1 {
		t.Fatalf("%v, %d rows measured", err, rep.Measured)
	}
	us, _, err := rep.Table.Latency(added)
	if err != nil || math.Abs(us/alone(added)-1) > 0.02 || rep.Table.Header.Sentinel.TimeUS != unit {
		t.Errorf("%.1f µs (%v) by a sentinel of %.1f µs, want %.1f by %.1f", us, err, rep.Table.Header.Sentinel.TimeUS, alone(added), unit)
	}
}
