package lut_test

import (
	"bytes"
	"encoding/csv"
	"errors"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"fbnas/internal/fault"
	"fbnas/latency"
	"fbnas/lut"
	"fbnas/models"
	"fbnas/profile"
)

func TestHeadsAreLinearInClasses(t *testing.T) {
	d := newDevice()
	d.Noise = 0
	table := profiled(t, d, blocksOnly())
	at := func(classes int) float64 {
		us, _, err := table.Latency(head(16, 8, classes))
		if err != nil {
			t.Fatal(err)
		}
		return us
	}
	for _, classes := range []int{2, 3, 10, 37, 100, 555, 1000} {
		if want := alone(head(16, 8, classes)); math.Abs(at(classes)/want-1) > 1e-6 {
			t.Errorf("%d classes: %.4f us, want %.4f", classes, at(classes), want)
		}
	}
	for _, classes := range []int{1, 1001} {
		if _, _, err := table.Latency(head(16, 8, classes)); !errors.Is(err, lut.ErrMissing) {
			t.Errorf("%d classes: %v", classes, err)
		}
	}
	if rows := lut.Rows([]models.Block{head(16, 8, 10), head(16, 8, 2000), head(16, 8, 7)}); len(rows) != 5 {
		t.Errorf("rows for heads with 10, 2000 and 7 classes: %d, want those at 2, 10, 100, 1000 and 2000", len(rows))
	}
}

func TestMissing(t *testing.T) {
	table := profiled(t, newDevice(), blocksOnly())
	if err := table.Require(space()); err != nil {
		t.Error(err)
	}
	lacks := append(space(), ir(16, 20, 16, 8, 1), ir(16, 20, 16, 8, 1), head(24, 8, 10))
	if got := table.Missing(lacks); len(got) != 2 {
		t.Errorf("missing %v", got)
	}
	err := table.Require(lacks)
	if err == nil || !strings.Contains(err.Error(), "2 blocks (5 rows") ||
		!strings.Contains(fault.HintOf(err), "fbnas profile --device DEVICE --space tiny -o "+table.Path) {
		t.Errorf("%v (hint %q)", err, fault.HintOf(err))
	}
}

func TestAnotherDeviceOrSpace(t *testing.T) {
	table := profiled(t, newDevice(), blocksOnly())
	d := newDevice()
	d.Says.OS, d.Says.Unit = "none 2", "another unit"
	if err := table.CheckDevice(d.Says, d.Condition); err != nil {
		t.Errorf("another unit of the same model: %v", err)
	}
	d.Condition.Runtime = "onnxruntime 1.28.0"
	err := table.CheckDevice(d.Says, d.Condition)
	if err == nil || !strings.Contains(err.Error(), "condition.runtime") || !strings.Contains(err.Error(), "1.28.0") {
		t.Errorf("another runtime: %v", err)
	}
	if err := table.CheckSpace(table.Header.Space); err != nil {
		t.Error(err)
	}
	if err := table.CheckSpace(lut.SpaceID{Name: "big", Digest: "d9"}); err == nil || !strings.Contains(err.Error(), "space.digest") {
		t.Errorf("another space: %v", err)
	}
}

func TestAnotherPrecision(t *testing.T) {
	table := profiled(t, newDevice(), blocksOnly())
	if err := table.CheckPrecision(latency.FP32); err != nil {
		t.Error(err)
	}
	err := table.CheckPrecision(latency.Int8)
	if fault.CodeOf(err) != fault.Usage || !strings.Contains(err.Error(), "fp32 models, and this one is int8") || !strings.Contains(fault.HintOf(err), "--precision int8") {
		t.Errorf("int8 models: %v (hint: %s)", err, fault.HintOf(err))
	}
}

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

// Tables of the two modes are of two conditions.
func TestModesDoNotMerge(t *testing.T) {
	off := phone()
	off.Condition.FixedPerformance = latency.FixedOff
	if _, _, err := lut.Merge(profiled(t, phone(), blocksOnly()), profiled(t, off, blocksOnly())); err == nil {
		t.Error("merged")
	}
}

func TestViews(t *testing.T) {
	path := filepath.Join(t.TempDir(), "x.lut")
	if err := os.WriteFile(path, small(t), 0o644); err != nil {
		t.Fatal(err)
	}
	table, err := lut.Load(path)
	if err != nil {
		t.Fatal(err)
	}
	kinds := table.Kinds()
	if len(kinds) != 2 || kinds[0].Kind != models.Head || kinds[0].OK != 4 || kinds[1].OK != 2 || kinds[1].Failed != 1 ||
		kinds[1].MinUS != table.Rows()[1].LatencyUS || kinds[1].MaxUS != table.Rows()[0].LatencyUS {
		t.Errorf("kinds %+v", kinds)
	}
	var out bytes.Buffer
	if err := table.WriteCSV(&out); err != nil {
		t.Fatal(err)
	}
	lines, err := csv.NewReader(&out).ReadAll()
	if err != nil || len(lines) != 8 || lines[0][0] != "kind" || lines[3][16] != "failed" || lines[3][23] != "oom: too large" {
		t.Errorf("%v, %q", err, lines)
	}
}

// A merged table keeps the calibration and the validation only where the second
// adds nothing that they are not of.
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
