package profile_test

import (
	"fmt"
	"math"
	"strings"
	"testing"

	"fbnas/latency"
	"fbnas/models"
	"fbnas/profile"
)

func TestMeasureNetworks(t *testing.T) {
	table := profiled(t, newDevice(), plan())
	nets := []profile.Network{
		network(200, []models.Block{ir(8, 96, 16, 16, 2), head(16, 8, 10)}),
		network(201, []models.Block{ir(8, 16, 16, 16, 2), head(16, 8, 10)}),
		network(202, []models.Block{ir(8, 48, 16, 16, 2), head(16, 8, 10)}),
	}
	d := newDevice()
	d.Speed = func(int, int) float64 { return 1.3 }
	broken := nets[1].Model.Digest()
	d.Fails = map[string]latency.Failure{broken: {Digest: broken, Kind: "timeout", Detail: "60 s"}}
	m, err := profile.Session{Table: table, Meter: d, Options: options().Measure}.Measure(t.Context(), profile.Yardsticks{Sentinel: plan().Sentinel}, nets)
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
	if _, err := (profile.Session{Table: table, Meter: d, Options: options().Measure}).Measure(t.Context(), profile.Yardsticks{Sentinel: model("other", 9)}, nets); err == nil ||
		!strings.Contains(err.Error(), "sentinel.digest") {
		t.Errorf("another sentinel: %v", err)
	}
	d.Condition.Threads = 2
	if _, err := (profile.Session{Table: table, Meter: d, Options: options().Measure}).Measure(t.Context(), profile.Yardsticks{Sentinel: plan().Sentinel}, nets); err == nil ||
		!strings.Contains(err.Error(), "condition.threads") {
		t.Errorf("another condition: %v", err)
	}
}

// TestNetworksDoNotSeeTheMemorysSpeed: how much memory slows large networks down
// changes with what else the device does. The sentinel does not show it, but a
// network of their kind does.
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
	nets := []profile.Network{
		network(200, []models.Block{ir(8, 96, 16, 16, 2), ir(16, 96, 16, 8, 1), ir(16, 64, 16, 8, 1), head(16, 8, 10)}),
		reference,
	}
	truth := trueBase
	for _, b := range nets[0].Blocks {
		truth += inside(b)
	}
	slow := newDevice()
	slow.Memory = 1.2
	for _, c := range []struct {
		beside profile.Yardsticks
		want   float64
	}{
		{profile.Yardsticks{Sentinel: plan().Sentinel}, 1.2},
		{profile.Yardsticks{Sentinel: plan().Sentinel, Reference: &reference.Model}, 1},
	} {
		m, err := profile.Session{Table: table, Meter: slow, Options: options().Measure}.Measure(t.Context(), c.beside, nets)
		if err != nil || len(m.Networks) != 2 {
			t.Fatalf("%v, %d networks", err, len(m.Networks))
		}
		if got := m.Networks[0].MeasuredUS / truth; math.Abs(got/c.want-1) > 0.01 {
			t.Errorf("beside a reference (%t): %.3f of the truth, want %.3f", c.beside.Reference != nil, got, c.want)
		}
	}
	other := model("other", 9)
	if _, err := (profile.Session{Table: table, Meter: slow, Options: options().Measure}).Measure(t.Context(), profile.Yardsticks{Sentinel: plan().Sentinel, Reference: &other}, nets); err == nil || !strings.Contains(err.Error(), "reference.digest") {
		t.Errorf("another reference: %v", err)
	}
}

// TestReferenceThatFails: a network that the device cannot run cannot be the
// reference; the others are timed beside the sentinel.
func TestReferenceThatFails(t *testing.T) {
	d := newDevice()
	healthy := profiled(t, d, plan())
	bad := healthy.Header.Reference.Digest
	d.Fails = map[string]latency.Failure{bad: {Digest: bad, Kind: "oom", Detail: "too large"}}
	table := profiled(t, d, plan())
	if table.Header.Reference != nil || table.Validation == nil || table.Validation.MAPE > 0.01 {
		t.Errorf("reference %+v, validation %+v", table.Header.Reference, table.Validation)
	}
}
