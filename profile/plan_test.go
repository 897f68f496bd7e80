package profile

import (
	"bytes"
	"context"
	"crypto/sha256"
	"fmt"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"fbnas/internal/fault"
	"fbnas/latency"
	"fbnas/lut"
	"fbnas/models"
)

const tiny = `version: 1
name: tiny
input: {channels: 1, height: 8, width: 8}
rounding: {divisor: 1}
width: stage
stem: {kernel: 3, stride: 2, width: 4, act: relu}
stages:
  - {blocks: 2, width: [4, 8], expansion: [1, 2, 3], kernel: [3, 5], act: relu}
head: {bias: true}
`

// byBytes is a device on which a model's time depends only on its bytes.
type byBytes struct{}

func (byBytes) Identity(_ context.Context, o latency.Options) (latency.Device, latency.Condition, error) {
	return latency.Device{Model: latency.DeviceModel{SoC: "simulated", Arch: "amd64"}}, latency.Condition{Precision: o.WithDefaults().Precision, Batch: 1}, nil
}

func (byBytes) Close() error { return nil }

func (byBytes) Measure(_ context.Context, req latency.Request) error {
	for b, batch := range req.Batches {
		for r := range req.Options.WithDefaults().Rounds {
			sentinel := latency.Group{Batch: b, Round: r, Digest: req.Sentinel.Digest(), MedianUS: 50, MinUS: 50, Runs: 15}
			round := latency.Round{Batch: b, Round: r, Sentinel: []latency.Group{sentinel, sentinel}}
			for _, i := range batch {
				m := req.Models[i]
				sum := sha256.Sum256(m.Bytes)
				us := float64(len(m.Bytes))/1000 + float64(sum[0])/1000
				round.Groups = append(round.Groups, latency.Group{Batch: b, Round: r, Digest: m.Digest(), MedianUS: us, MinUS: us, Runs: 15})
			}
			if err := req.OnRound(round); err != nil {
				return err
			}
		}
	}
	return nil
}

func tinySpace(t *testing.T) models.Space {
	t.Helper()
	s, err := models.ParseSpace([]byte(tiny))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// once has the file of a profiled table.
var once struct {
	sync.Once
	file bytes.Buffer
}

// table returns a copy of the profiled table for each test.
func table(t *testing.T) *lut.Table {
	t.Helper()
	once.Do(func() {
		if err := profiled(t, 1).Encode(&once.file); err != nil {
			t.Fatal(err)
		}
	})
	parsed, err := lut.Parse(bytes.NewReader(once.file.Bytes()), "x.lut")
	if err != nil {
		t.Fatal(err)
	}
	return parsed
}

func profiled(t *testing.T, seed uint64) *lut.Table {
	t.Helper()
	opts := Options{Measure: latency.Options{Rounds: 2}}
	rep, err := Run(t.Context(), byBytes{}, NewPlan(tinySpace(t), 10, seed, Format{}), filepath.Join(t.TempDir(), "x.lut"), opts)
	if err != nil {
		t.Fatal(err)
	}
	return rep.Table
}

// session measures for a table on byBytes.
func session(t *lut.Table) Session {
	return Session{Table: t, Meter: byBytes{}, Options: latency.Options{Rounds: 2}}
}

func TestPlan(t *testing.T) {
	space, table := tinySpace(t), table(t)
	if missing := table.Missing(space.Blocks()); len(missing) > 0 {
		t.Errorf("%d rows are missing", len(missing))
	}
	if got := len(table.Calibration.Networks); got != PerProfile[Calibration] {
		t.Errorf("%d networks calibrated the table", got)
	}
	if got := table.Validation.N; got != PerProfile[Validation] {
		t.Errorf("%d networks validated the table", got)
	}
	used := calibratedBy(table)
	for _, n := range table.Validation.Measured {
		if used[n.Model] {
			t.Errorf("%s calibrated the table and validates it", n.Name)
		}
	}
	if err := Covers(table, space, "tiny.yaml"); err != nil {
		t.Error(err)
	}
}

func TestPlanIsAFunctionOfItsSeed(t *testing.T) {
	names := func(table *lut.Table) string {
		var b strings.Builder
		for _, n := range table.Validation.Measured {
			fmt.Fprintln(&b, n.Name, n.MeasuredUS)
		}
		return b.String()
	}
	first := names(table(t))
	if again := names(profiled(t, 1)); again != first {
		t.Errorf("the same seed chose\n%sand\n%s", first, again)
	}
	if names(profiled(t, 2)) == first {
		t.Error("another seed chose the same networks")
	}
}

func TestNetworksSpanTheRange(t *testing.T) {
	table, space := table(t), tinySpace(t)
	networks, err := Draw{Space: space, Classes: 10, Purpose: Validation, Seed: 3}.Networks(table)
	if err != nil {
		t.Fatal(err)
	}
	var ends [2]float64
	for i, sel := range []models.Selection{space.Smallest(), space.Largest()} {
		arch, err := space.Arch(sel, 10)
		if err != nil {
			t.Fatal(err)
		}
		blocks, err := arch.Resolve()
		if err != nil {
			t.Fatal(err)
		}
		end, err := table.Predict(blocks)
		if err != nil {
			t.Fatal(err)
		}
		ends[i] = end.Cost
	}
	last := 0.0
	for i, n := range networks {
		predicted, err := table.Predict(n.Blocks)
		us := predicted.Cost
		if err != nil || us < last {
			t.Errorf("network %d takes %g us after %g us, %v", i, us, last, err)
		}
		last = us
		if i == 0 && us > ends[0]+0.2*(ends[1]-ends[0]) || i == len(networks)-1 && us < ends[1]-0.2*(ends[1]-ends[0]) {
			t.Errorf("network %d takes %g us in a range from %g to %g us", i, us, ends[0], ends[1])
		}
	}
}

func TestRemeasure(t *testing.T) {
	table := table(t)
	draw := Draw{Space: tinySpace(t), Classes: 10, Purpose: Validation, Count: 10, Seed: 5}
	if _, err := session(table).Remeasure(t.Context(), draw); err != nil || table.Validation.N != 10 {
		t.Errorf("validated by %d networks, %v", table.Validation.N, err)
	}
	draw.Purpose = Calibration
	if _, err := session(table).Remeasure(t.Context(), draw); err != nil || len(table.Calibration.Networks) != 10 {
		t.Errorf("calibrated by %d networks, %v", len(table.Calibration.Networks), err)
	}
	if table.Validation != nil {
		t.Error("the validation of an earlier calibration is still there")
	}
	for _, count := range []int{15, 5, -10} {
		draw.Count = count
		if _, err := session(table).Remeasure(t.Context(), draw); fault.CodeOf(err) != fault.Usage || !strings.Contains(err.Error(), fmt.Sprintf("or more networks, not %d", count)) {
			t.Errorf("%d networks: %v", count, err)
		}
	}
}

// A record of networks of another space than the table's names it.
func TestRemeasureInAnotherSpace(t *testing.T) {
	table := table(t)
	other, err := models.ParseSpace([]byte(strings.NewReplacer("name: tiny", "name: other", "1, 2, 3", "1, 3").Replace(tiny)))
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		space models.Space
		want  string
	}{{tinySpace(t), "tiny"}, {other, "other"}} {
		for _, purpose := range []Purpose{Calibration, Validation} {
			draw := Draw{Space: c.space, Classes: 10, Purpose: purpose, Count: 10, Seed: 5}
			if _, err := session(table).Remeasure(t.Context(), draw); err != nil || table.Certainty().Space != c.want {
				t.Errorf("a %s by networks of %s: %+v, %v", purpose, c.want, table.Certainty(), err)
			}
		}
	}
}

func TestSpacesThatDoNotFit(t *testing.T) {
	table := table(t)
	if space, err := SpaceOf(table); err != nil || space.Digest() != tinySpace(t).Digest() {
		t.Errorf("the table's own space: %v", err)
	}
	demo, err := models.LoadSpace("demo")
	if err != nil {
		t.Fatal(err)
	}
	rows := len(lut.Rows(demo.Blocks()))
	err = Covers(table, demo, "demo")
	if err == nil || !strings.Contains(err.Error(), fmt.Sprintf("lacks %d of the %d rows", rows, rows)) || !strings.Contains(fault.HintOf(err), "fbnas profile") {
		t.Errorf("%v (hint %q)", err, fault.HintOf(err))
	}
	table.Header.Space.YAML = string(demo.YAML())
	if _, err := SpaceOf(table); err == nil || !strings.Contains(err.Error(), "space.digest") {
		t.Errorf("another space than the digest's: %v", err)
	}
	table.Header.Space.YAML = ""
	if _, err := SpaceOf(table); err == nil || !strings.Contains(fault.HintOf(err), "--space") {
		t.Errorf("a table that does not state its space: %v", err)
	}
}
