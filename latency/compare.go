package latency

import (
	"math"

	"fbnas/latency/stats"
)

// Comparison holds one model's time against another's in the same rounds, in
// which whatever slows the device slows both.
type Comparison struct {
	Ratio  float64 `json:"ratio"` // of the times; below 1 it is faster
	Low    float64 `json:"low"`   // 95 % interval
	High   float64 `json:"high"`
	P      float64 `json:"p"` // of such a difference by chance (Wilcoxon's signed ranks)
	Rounds int     `json:"rounds"`
}

// Differs reports whether the two differ at the 5 % level.
func (c Comparison) Differs() bool { return c.P <= 0.05 }

// enough rounds are those from which on a difference can show at 5 %.
const enough = 6

// compare holds model a against b, given by their digests; false where they
// have too few clean rounds in common.
func compare(rounds []Round, a, b string) (Comparison, bool) {
	var logs []float64
	for _, r := range rounds {
		if r.Rejected != "" {
			continue
		}
		times := map[string]float64{}
		for _, g := range r.Groups {
			if !g.Dropped {
				times[g.Digest] = g.MedianU
			}
		}
		if times[a] > 0 && times[b] > 0 {
			logs = append(logs, math.Log(times[a]/times[b]))
		}
	}
	if len(logs) < enough {
		return Comparison{}, false
	}
	p := stats.SignedRank(logs)
	return Comparison{Ratio: math.Exp(p.Shift), Low: math.Exp(p.Low), High: math.Exp(p.High), P: p.P, Rounds: len(logs)}, true
}
