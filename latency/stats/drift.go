package stats

// DriftFloor is the slowing of the sentinel, as a fraction, that never counts as
// drift (docs/background/measuring.md, "The protocol").
const DriftFloor = 0.03

// Drift judges, by the sentinel's accepted round medians, whether the device is
// still as fast as at its best. The zero value has no medians yet and accepts the
// first.
type Drift struct {
	accepted []float64
	best     float64
}

// NewDrift is a Drift that has accepted the given medians.
func NewDrift(accepted ...float64) *Drift {
	d := &Drift{}
	for _, v := range accepted {
		d.Accept(v)
	}
	return d
}

// Threshold is the fraction above the best from which a median counts as drift:
// max(3 %, 3 MAD), where the MAD is relative to the median of the accepted medians.
func (d *Drift) Threshold() float64 {
	if len(d.accepted) == 0 {
		return DriftFloor
	}
	return max(DriftFloor, 3*MAD(d.accepted)/Median(d.accepted))
}

// Excess is how much slower than the best a median is, as a fraction, and
// whether that is more than the threshold.
func (d *Drift) Excess(median float64) (excess float64, drifted bool) {
	if d.best == 0 {
		return 0, false
	}
	excess = median/d.best - 1
	return excess, excess > d.Threshold()
}

// Accept adds a median by which later ones are judged.
func (d *Drift) Accept(median float64) {
	if d.best == 0 || median < d.best {
		d.best = median
	}
	d.accepted = append(d.accepted, median)
}
