package profile

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"fbnas/internal/fault"
	"fbnas/latency"
	"fbnas/lut"
	"fbnas/models"
)

// ofNetworks is a space with few distinct networks: some of its widths round to
// the same one.
func ofNetworks(t *testing.T, widths, expansions, kernels string) models.Space {
	t.Helper()
	s, err := models.ParseSpace([]byte(fmt.Sprintf(`version: 1
name: few
input: {channels: 1, height: 8, width: 8}
rounding: {divisor: 1}
width: stage
stem: {kernel: 3, stride: 2, width: 4, act: relu}
stages:
  - {blocks: 1, width: [%s], expansion: [%s], kernel: [%s], stride: 2, act: relu}
head: {bias: true}
`, widths, expansions, kernels)))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// TestSpacesOfFewNetworks: all networks calibrate, each is left out in turn, and
// the plan says so in advance.
func TestSpacesOfFewNetworks(t *testing.T) {
	for _, c := range []struct {
		widths, expansions, kernels string
		networks, calibrate         int
		origin                      lut.Origin
	}{
		{"4", "1", "3", 1, 1, lut.None},
		{"4, 8", "1", "3", 2, 2, lut.LeaveOneOut},
		{"4, 5, 6, 7, 8", "1", "3", 5, 5, lut.LeaveOneOut},
		{"4, 5, 6, 7, 8", "1, 2, 3", "3, 5", 30, 30, lut.LeaveOneOut},
		{"4, 5, 6, 7, 8, 9, 10, 11, 12, 13", "1, 2, 3", "3, 5", 60, 40, lut.Validated},
		{"4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15", "1, 2, 3", "3, 5", 60, 40, lut.Validated},
	} {
		space := ofNetworks(t, c.widths, c.expansions, c.kernels)
		e := NewEstimate(WorkOf(space, 10), 0, latency.Options{})
		if e.Networks != c.networks || e.Origin != c.origin {
			t.Errorf("the plan says %d networks, %s; want %d, %s", e.Networks, e.Origin, c.networks, c.origin)
		}
		rep, err := Run(t.Context(), byBytes{}, NewPlan(space, 10, 1, Format{}), filepath.Join(t.TempDir(), "x.lut"),
			Options{Measure: latency.Options{Rounds: 2}})
		if err != nil {
			t.Fatalf("%d networks: %v", c.networks, err)
		}
		validated := 0
		if v := rep.Table.Validation; v != nil {
			validated = v.N
		}
		used := calibratedBy(rep.Table)
		if len(used) != c.calibrate || validated != c.networks-c.calibrate || rep.Table.Certainty().Origin != c.origin {
			t.Errorf("%d networks: %d calibrated, %d validated, certainty %s", c.networks, len(used), validated, rep.Table.Certainty())
		}
		if validated == 0 {
			continue
		}
		for _, n := range rep.Table.Validation.Measured {
			if used[n.Model] {
				t.Errorf("%s calibrated the table and validates it", n.Name)
			}
		}
		// The same where the draws do not find enough.
		calibration, validation, err := Draw{Space: space, Classes: 10}.few(rep.Table)
		if err != nil || len(calibration) != c.calibrate || len(validation) != validated {
			t.Errorf("listed: %d to calibrate, %d to validate (%v)", len(calibration), len(validation), err)
		}
		for _, n := range validation {
			if digests(calibration)[n.Model.Digest()] {
				t.Errorf("listed: %s is to calibrate and to validate", n.Name)
			}
		}
	}
}

// TestNothingIsLeftToValidateWith: in a space of few networks all calibrate, and
// a validation says so before it measures.
func TestNothingIsLeftToValidateWith(t *testing.T) {
	space := ofNetworks(t, "4, 5, 6, 7, 8", "1, 2, 3", "3, 5")
	rep, err := Run(t.Context(), byBytes{}, NewPlan(space, 10, 1, Format{}), filepath.Join(t.TempDir(), "x.lut"),
		Options{Measure: latency.Options{Rounds: 2}})
	if err != nil {
		t.Fatal(err)
	}
	draw := Draw{Space: space, Classes: 10, Purpose: Validation, Seed: 5}
	if _, err := session(rep.Table).Remeasure(t.Context(), draw); fault.CodeOf(err) != fault.Usage ||
		!strings.Contains(err.Error(), "has 30 networks that the device can run, and table") {
		t.Errorf("%v", err)
	}
	draw.Purpose = Calibration
	if m, err := session(rep.Table).Remeasure(t.Context(), draw); err != nil || len(m.Networks) != 30 {
		t.Errorf("%d networks calibrated it anew: %v", len(m.Networks), err)
	}
}
