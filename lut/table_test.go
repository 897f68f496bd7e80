package lut_test

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
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

func profiled(t *testing.T, d *device, p lut.Plan) *lut.Table {
	t.Helper()
	rep, err := lut.Profile(t.Context(), d, p, filepath.Join(t.TempDir(), "x.lut"), options(), nil)
	if err != nil {
		t.Fatal(err)
	}
	return rep.Table
}

func TestHeadsAreLinearInClasses(t *testing.T) {
	d := newDevice()
	d.noise = 0
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
	d.identity.OS, d.identity.Unit = "none 2", "another unit"
	if err := table.CheckDevice(d.identity, d.condition); err != nil {
		t.Errorf("another unit of the same model: %v", err)
	}
	d.condition.Runtime = "onnxruntime 1.28.0"
	err := table.CheckDevice(d.identity, d.condition)
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

func TestMeasureNetworks(t *testing.T) {
	table := profiled(t, newDevice(), plan())
	nets := []lut.Network{
		network(200, []models.Block{ir(8, 96, 16, 16, 2), head(16, 8, 10)}),
		network(201, []models.Block{ir(8, 16, 16, 16, 2), head(16, 8, 10)}),
		network(202, []models.Block{ir(8, 48, 16, 16, 2), head(16, 8, 10)}),
	}
	d := newDevice()
	d.speed = func(int, int) float64 { return 1.3 }
	broken := nets[1].Model.Digest()
	d.fails = map[string]latency.Failure{broken: {Digest: broken, Kind: "timeout", Detail: "60 s"}}
	m, err := lut.Measure(t.Context(), table, d, lut.Yardsticks{Sentinel: plan().Sentinel}, nets, options().Measure, nil)
	timed := m.Networks
	if err != nil || len(timed) != 2 || len(m.Warnings) != 1 || !strings.Contains(m.Warnings[0], "timeout") {
		t.Fatalf("%v, %d networks, warnings %q", err, len(timed), m.Warnings)
	}
	truth := trueBase + inside(nets[0].Blocks[0]) + inside(nets[0].Blocks[1])
	if math.Abs(timed[0].MeasuredUS/truth-1) > 0.01 {
		t.Errorf("%.1f us on a device slowed down, truly %.1f", timed[0].MeasuredUS, truth)
	}
	if err := table.Validate(m); err != nil || table.Validation.MAPE > 0.02 {
		t.Errorf("%v, %+v", err, table.Validation.Accuracy)
	}
	if _, err := lut.Measure(t.Context(), table, d, lut.Yardsticks{Sentinel: model("other", 9)}, nets, options().Measure, nil); err == nil ||
		!strings.Contains(err.Error(), "sentinel.digest") {
		t.Errorf("another sentinel: %v", err)
	}
	d.condition.Threads = 2
	if _, err := lut.Measure(t.Context(), table, d, lut.Yardsticks{Sentinel: plan().Sentinel}, nets, options().Measure, nil); err == nil ||
		!strings.Contains(err.Error(), "condition.threads") {
		t.Errorf("another condition: %v", err)
	}
}

// What memory gives large networks changes with what else the device does, and
// the sentinel does not show it: a network of their kind does.
func TestNetworksDoNotSeeTheMemorysSpeed(t *testing.T) {
	table := profiled(t, newDevice(), plan())
	r := table.Header.Reference
	if r == nil || r.Digest == table.Header.Sentinel.Digest {
		t.Fatalf("reference %+v", r)
	}
	var number int
	if _, err := fmt.Sscanf(r.Name, "net%d", &number); err != nil {
		t.Fatal(err)
	}
	reference := network(number, r.Blocks)
	nets := []lut.Network{
		network(200, []models.Block{ir(8, 96, 16, 16, 2), ir(16, 96, 16, 8, 1), ir(16, 64, 16, 8, 1), head(16, 8, 10)}),
		reference,
	}
	truth := trueBase
	for _, b := range nets[0].Blocks {
		truth += inside(b)
	}
	slow := newDevice()
	slow.memory = 1.2
	for _, c := range []struct {
		beside lut.Yardsticks
		want   float64
	}{
		{lut.Yardsticks{Sentinel: plan().Sentinel}, 1.2},
		{lut.Yardsticks{Sentinel: plan().Sentinel, Reference: &reference.Model}, 1},
	} {
		m, err := lut.Measure(t.Context(), table, slow, c.beside, nets, options().Measure, nil)
		if err != nil || len(m.Networks) != 2 {
			t.Fatalf("%v, %d networks", err, len(m.Networks))
		}
		if got := m.Networks[0].MeasuredUS / truth; math.Abs(got/c.want-1) > 0.01 {
			t.Errorf("beside a reference (%t): %.3f of the truth, want %.3f", c.beside.Reference != nil, got, c.want)
		}
	}
	other := model("other", 9)
	if _, err := lut.Measure(t.Context(), table, slow, lut.Yardsticks{Sentinel: plan().Sentinel, Reference: &other}, nets,
		options().Measure, nil); err == nil || !strings.Contains(err.Error(), "reference.digest") {
		t.Errorf("another reference: %v", err)
	}
}

// A network that the device cannot run is no reference; the others are timed
// beside the sentinel.
func TestReferenceThatFails(t *testing.T) {
	d := newDevice()
	healthy := profiled(t, d, plan())
	bad := healthy.Header.Reference.Digest
	d.fails = map[string]latency.Failure{bad: {Digest: bad, Kind: "oom", Detail: "too large"}}
	table := profiled(t, d, plan())
	if table.Header.Reference != nil || table.Validation == nil || table.Validation.MAPE > 0.01 {
		t.Errorf("reference %+v, validation %+v", table.Header.Reference, table.Validation)
	}
}

func TestMergeAndCompare(t *testing.T) {
	half := blocksOnly()
	half.Blocks = half.Blocks[:8]
	other := blocksOnly()
	other.Space = lut.SpaceID{Name: "other", Digest: "d7"}
	other.Blocks = other.Blocks[4:]
	slow := newDevice()
	slow.speed = func(int, int) float64 { return 1.5 }
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
	elsewhere.condition.RuntimeDigest = "bb"
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
		second lut.Plan
		keeps  bool
	}{"a part of the same": {part, true}, "more of the same": {more, false}, "another space": {elsewhere, false}, "another space of the same rows": {renamed, false}} {
		m, dropped, err := lut.Merge(whole, profiled(t, newDevice(), c.second))
		if err != nil || dropped == c.keeps || (m.Calibration != nil) != c.keeps || (m.Validation != nil) != c.keeps || m.Certainty().Known() != c.keeps {
			t.Errorf("%s: %v, dropped %t, certainty %+v", name, err, dropped, m.Certainty())
		}
	}
}
