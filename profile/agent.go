package profile

import (
	"fmt"

	"fbnas/lut"
)

// What an agent may add to a run. Above these limits the rows describe the agent
// as much as the device.
const (
	mostCallUS    = 3
	mostCallShare = 0.02 // of the median row
)

// overheadWarning warns if the agent adds too much to its runs, and is ""
// otherwise.
func overheadWarning(t *lut.Table) string {
	cost, share := t.Header.Device.CallCostUS, t.CallShare()
	if cost <= mostCallUS && share <= mostCallShare {
		return ""
	}
	return fmt.Sprintf("the agent itself adds %.2f µs to each run, %.1f %% of the median row: the latencies of small blocks are too high by that much", cost, 100*share)
}
