package latency

import (
	"math"

	"fbnas/latency/stats"
)

// Comparison compares one model's time with another's in the same rounds, in
// which anything that slows the device slows both.
type Comparison struct {
	Ratio  float64 `json:"ratio"` // of the times; below 1: it is faster
	Low    float64 `json:"low"`   // 95 % interval
	High   float64 `json:"high"`
	P      float64 `json:"p"` // probability of such a difference by chance (Wilcoxon's signed-rank test)
	Rounds int     `json:"rounds"`
}

// Differs reports whether the two differ at the 5 % level.
func (c Comparison) Differs() bool { return c.P <= 0.05 }

// minCommon is the fewest common rounds in which a difference can be significant
// at 5 %.
const minCommon = 6

// compare compares model a with b, given by their digests; false where they have
// too few clean rounds in common.
func compare(rounds []Round, a, b string) (Comparison, bool) {
	var logs []float64
	for _, r := range rounds {
		if r.Rejected != "" {
			continue
		}
		times := map[string]float64{}
		for _, g := range r.Groups {
			if !g.Dropped {
				times[g.Digest] = g.MedianUS
			}
		}
		if times[a] > 0 && times[b] > 0 {
			logs = append(logs, math.Log(times[a]/times[b]))
		}
	}
	if len(logs) < minCommon {
		return Comparison{}, false
	}
	p := stats.SignedRank(logs)
	return Comparison{Ratio: math.Exp(p.Shift), Low: math.Exp(p.Low), High: math.Exp(p.High), P: p.P, Rounds: len(logs)}, true
}
