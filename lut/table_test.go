package lut_test

import (
	"bytes"
	"encoding/csv"
	"errors"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"fbnas/internal/fault"
	"fbnas/latency"
	"fbnas/lut"
	"fbnas/models"
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

// What lies between two rows is as uncertain as the more uncertain of them.
func TestErrorBetweenHeads(t *testing.T) {
	d := draft(t)
	for classes, row := range map[int][2]float64{10: {20, 1}, 100: {38, 0.5}, 1000: {218, 4}} {
		d.Put(lut.Row{Key: d.Table().Key(head(16, 8, classes)), Status: lut.OK, LatencyUS: row[0], ErrorUS: row[1]})
	}
	for classes, want := range map[int][2]float64{10: {20, 1}, 50: {28, 1}, 100: {38, 0.5}, 500: {118, 4}} {
		if us, errUS, err := d.Table().Latency(head(16, 8, classes)); err != nil || math.Abs(us-want[0]) > 1e-9 || errUS != want[1] {
			t.Errorf("%d classes: %g ± %g µs (%v), want %g ± %g", classes, us, errUS, err, want[0], want[1])
		}
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

// Every figure stands under its name.
func TestCSV(t *testing.T) {
	var out bytes.Buffer
	if err := made(t, 100, "", map[int][3]float64{24: {10, 0.5, 0.25}}).WriteCSV(&out); err != nil {
		t.Fatal(err)
	}
	lines, err := csv.NewReader(&out).ReadAll()
	if err != nil || len(lines) != 2 {
		t.Fatalf("%v, %q", err, lines)
	}
	for name, want := range map[string]string{
		"kind": "ir", "kernel": "3", "stride": "1", "h": "8", "w": "8", "cin": "16", "mid": "24", "cout": "16", "dtype": "fp32", "batch": "1", "status": "ok",
		"latency_us": "10.000", "spread_us": "0.500", "error_us": "0.250", "rounds": "0", "dropped_groups": "0", "residual": "true",
	} {
		if got := lines[1][slices.Index(lines[0], name)]; got != want {
			t.Errorf("%s is %s, want %s", name, got, want)
		}
	}
}
