package lut_test

import (
	"errors"
	"math"
	"path/filepath"
	"strings"
	"testing"

	"fbnas/latency"
	"fbnas/lut"
	"fbnas/profile"
)

func TestMergeAndCompare(t *testing.T) {
	half := blocksOnly()
	half.Blocks = half.Blocks[:8]
	other := blocksOnly()
	other.Space = lut.SpaceID{Name: "other", Digest: "d7"}
	other.Blocks = other.Blocks[4:]
	slow := newDevice()
	slow.Speed = func(int, int) float64 { return 1.5 }
	a, b := profiled(t, newDevice(), half), profiled(t, slow, other)

	diff, err := lut.Compare(a, b)
	if err != nil || len(diff.Rows) != 4 || diff.OnlyA != len(a.Rows())-4 || diff.OnlyB != len(b.Rows())-4 || diff.P90 > 1e-6 {
		t.Errorf("%v, %+v", err, diff)
	}
	merged, _, err := lut.Merge(a, b)
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(merged.Require(space()), merged.CheckSpace(half.Space), merged.CheckSpace(other.Space)); err != nil {
		t.Error(err)
	}
	for _, block := range space() {
		if us, _, err := merged.Latency(block); !block.Identity() && (err != nil || math.Abs(us/alone(block)-1) > 0.01) {
			t.Errorf("%s %d: %.1f us (%v), truly %.1f", block.Kind, block.Mid, us, err, alone(block))
		}
	}

	elsewhere := newDevice()
	elsewhere.Condition.RuntimeDigest = "bb"
	if _, _, err := lut.Merge(a, profiled(t, elsewhere, other)); err == nil || !strings.Contains(err.Error(), "condition.runtime_digest") {
		t.Errorf("merged across runtimes: %v", err)
	}
	other.Sentinel = model("other", 100)
	c := profiled(t, newDevice(), other)
	if _, _, err := lut.Merge(a, c); err == nil || !strings.Contains(err.Error(), "sentinel.digest") {
		t.Errorf("merged across sentinels: %v", err)
	}
	if _, err := lut.Compare(a, c); err == nil {
		t.Error("compared across sentinels")
	}
}

// TestModesDoNotMerge: tables of the two modes have different conditions.
func TestModesDoNotMerge(t *testing.T) {
	off := phone()
	off.Condition.FixedPerformance = latency.FixedOff
	if _, _, err := lut.Merge(profiled(t, phone(), blocksOnly()), profiled(t, off, blocksOnly())); err == nil {
		t.Error("merged")
	}
}

// TestMergedCertainty: a merged table keeps calibration and validation only if
// the second table adds neither a row nor a space.
func TestMergedCertainty(t *testing.T) {
	whole := profiled(t, newDevice(), plan())
	part, elsewhere := blocksOnly(), blocksOnly()
	part.Blocks = part.Blocks[:8]
	elsewhere.Blocks = append(elsewhere.Blocks, ir(16, 20, 16, 8, 1))
	elsewhere.Space = lut.SpaceID{Name: "other", Digest: "d7"}
	renamed := blocksOnly()
	renamed.Space = elsewhere.Space
	more := blocksOnly()
	more.Blocks = append(more.Blocks, ir(16, 20, 16, 8, 1))
	for name, c := range map[string]struct {
		second profile.Plan
		keeps  bool
	}{"a part of the same": {part, true}, "more of the same": {more, false}, "another space": {elsewhere, false}, "another space of the same rows": {renamed, false}} {
		m, dropped, err := lut.Merge(whole, profiled(t, newDevice(), c.second))
		if err != nil || dropped == c.keeps || (m.Calibration != nil) != c.keeps || (m.Validation != nil) != c.keeps || m.Certainty().Known() != c.keeps {
			t.Errorf("%s: %v, dropped %t, certainty %+v", name, err, dropped, m.Certainty())
		}
	}
}

// made is a finished table with the given rows (latency, spread and error) and
// sentinel time.
func made(t *testing.T, sentinelUS float64, noisy string, rows map[int][3]float64) *lut.Table {
	t.Helper()
	d := newDevice()
	draft, err := lut.Create(filepath.Join(t.TempDir(), "x.lut"), lut.Header{
		Device: d.Says, Condition: d.Condition, Sentinel: lut.Sentinel{Digest: "aa", TimeUS: sentinelUS}, Noisy: noisy})
	if err != nil {
		t.Fatal(err)
	}
	defer draft.Close()
	for mid, us := range rows {
		key := draft.Table().Key(ir(16, mid, 16, 8, 1))
		draft.Put(lut.Row{Key: key, KeyDigest: key.Digest(), Status: lut.OK, LatencyUS: us[0], SpreadUS: us[1], ErrorUS: us[2]})
	}
	if err := draft.Finish(); err != nil {
		t.Fatal(err)
	}
	return draft.Table()
}

// TestMergedFigures: every figure of a row from the second table is scaled to the
// first's sentinel; a row that the first has is unchanged.
func TestMergedFigures(t *testing.T) {
	a := made(t, 100, "", map[int][3]float64{16: {10, 0.5, 0.25}})
	b := made(t, 150, "", map[int][3]float64{16: {99, 9, 9}, 24: {300, 6, 3}})
	m, _, err := lut.Merge(a, b)
	if err != nil {
		t.Fatal(err)
	}
	for mid, want := range map[int][3]float64{16: {10, 0.5, 0.25}, 24: {200, 4, 2}} {
		r, _ := m.Row(ir(16, mid, 16, 8, 1))
		for i, got := range []float64{r.LatencyUS, r.SpreadUS, r.ErrorUS} {
			if math.Abs(got-want[i]) > 1e-9 {
				t.Errorf("row %d: %g ± %g, error %g; want %v", mid, r.LatencyUS, r.SpreadUS, r.ErrorUS, want)
			}
		}
	}
}

// TestMergedNoise: a merged table is as steady as the less steady of the two.
func TestMergedNoise(t *testing.T) {
	rows := map[int][3]float64{16: {10, 0.5, 0.25}}
	for _, c := range []struct{ a, b, want string }{
		{"", "", ""}, {"hot", "", "hot"}, {"", "busy", "busy"}, {"hot", "busy", "hot"},
	} {
		m, _, err := lut.Merge(made(t, 100, c.a, rows), made(t, 100, c.b, rows))
		if err != nil || m.Header.Noisy != c.want || m.Certainty().Noisy != c.want {
			t.Errorf("%q and %q: marked %q, certainty %q (%v)", c.a, c.b, m.Header.Noisy, m.Certainty().Noisy, err)
		}
	}
}

// A merged table keeps what either knows of a phone's default mode.
func TestMergedDefaultMode(t *testing.T) {
	rows := map[int][3]float64{16: {10, 0.5, 0.25}}
	first, second := &lut.DefaultMode{Network: "a", Ratio: 0.8}, &lut.DefaultMode{Network: "b", Ratio: 0.9}
	for _, c := range []struct{ a, b, want *lut.DefaultMode }{{nil, nil, nil}, {first, nil, first}, {nil, second, second}, {first, second, first}} {
		a, b := made(t, 100, "", rows), made(t, 100, "", rows)
		a.Header.DefaultMode, b.Header.DefaultMode = c.a, c.b
		if m, _, err := lut.Merge(a, b); err != nil || m.Header.DefaultMode != c.want {
			t.Errorf("%+v and %+v: %+v (%v)", c.a, c.b, m.Header.DefaultMode, err)
		}
	}
}

// Two tables are compared in their own units; what differs most comes first, be it
// faster or slower.
func TestCompareFindsTheLargestDifference(t *testing.T) {
	a := made(t, 100, "", map[int][3]float64{16: {10, 1, 1}, 24: {20, 1, 1}, 32: {30, 1, 1}, 40: {40, 1, 1}})
	b := made(t, 200, "", map[int][3]float64{16: {20, 1, 1}, 24: {20, 1, 1}, 32: {78, 1, 1}, 48: {1, 1, 1}})
	d, err := lut.Compare(a, b)
	if err != nil || len(d.Rows) != 3 || d.OnlyA != 1 || d.OnlyB != 1 || d.Median != 1 || math.Abs(d.Max-0.5) > 1e-9 {
		t.Fatalf("%+v, %v", d, err)
	}
	for i, want := range []struct {
		mid             int
		aUS, bUS, ratio float64
	}{{24, 20, 20, 0.5}, {32, 30, 78, 1.3}, {16, 10, 20, 1}} {
		if r := d.Rows[i]; r.Key.Mid != want.mid || r.AUS != want.aUS || r.BUS != want.bUS || math.Abs(r.Ratio-want.ratio) > 1e-9 {
			t.Errorf("difference %d: %+v, want %+v", i, r, want)
		}
	}
}
