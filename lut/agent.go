package lut

import "fbnas/latency/stats"

// CallShare is what the agent itself adds to each timed run, as a fraction of the
// median measured row; 0 where it is unknown.
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
