package lut

import (
	"fmt"

	"fbnas/latency/stats"
)

// What an agent may add to a run: above it the rows say as much about the
// agent as about the device.
const (
	mostCallUS    = 3
	mostCallShare = 0.02 // of the median row
)

// CallShare is what the agent itself adds to each timed run, relative to the
// median of the measured rows; 0 where it is unknown.
func (t *Table) CallShare() float64 {
	var rows []float64
	for _, r := range t.rows {
		if r.Status == OK {
			rows = append(rows, r.LatencyUS)
		}
	}
	if len(rows) == 0 {
		return 0
	}
	return t.Header.Device.CallCostUS / stats.Median(rows)
}

// dear says that the agent adds too much to its runs, "" when it does not.
func dear(t *Table) string {
	cost, share := t.Header.Device.CallCostUS, t.CallShare()
	if cost <= mostCallUS && share <= mostCallShare {
		return ""
	}
	return fmt.Sprintf("the agent itself adds %.2f us to each run, %.1f %% of the median row: small rows are too slow by as much", cost, 100*share)
}
