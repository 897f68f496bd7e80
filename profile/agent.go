package profile

import (
	"fmt"

	"fbnas/lut"
)

// What an agent may add to a run: above it the rows say as much about the
// agent as about the device.
const (
	mostCallUS    = 3
	mostCallShare = 0.02 // of the median row
)

// dear says that the agent adds too much to its runs, "" when it does not.
func dear(t *lut.Table) string {
	cost, share := t.Header.Device.CallCostUS, t.CallShare()
	if cost <= mostCallUS && share <= mostCallShare {
		return ""
	}
	return fmt.Sprintf("the agent itself adds %.2f µs to each run, %.1f %% of the median row: the latencies of small blocks are too high by that much", cost, 100*share)
}
