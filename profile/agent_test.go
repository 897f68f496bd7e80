package profile_test

import (
	"path/filepath"
	"strings"
	"testing"

	"fbnas/profile"
)

// TestAgentsCost: what the agent adds to each run is in the table, and there is a
// warning if it is much.
func TestAgentsCost(t *testing.T) {
	for _, c := range []struct {
		us    float64
		warns bool
	}{{0, false}, {0.1, false}, {1.5, true}, {3.5, true}} {
		d := newDevice()
		d.Says.CallCostUS = c.us
		rep, err := profile.Run(t.Context(), d, blocksOnly(), filepath.Join(t.TempDir(), "x.lut"), options())
		if err != nil {
			t.Fatal(err)
		}
		if warns := strings.Contains(strings.Join(rep.Warnings, "\n"), "the agent itself adds"); warns != c.warns {
			t.Errorf("%g us a run, %.3f of the median row: warned %v", c.us, rep.Table.CallShare(), warns)
		}
		if got := rep.Table.Header.Device.CallCostUS; got != c.us {
			t.Errorf("the table says %g us", got)
		}
	}
}
