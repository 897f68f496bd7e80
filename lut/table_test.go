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
