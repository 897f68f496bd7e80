package job

import (
	"fmt"
	"math"
	"slices"

	"fbnas/internal/fault"
	"fbnas/search"
)

// Limit is an upper bound on a network's latency: a time, or a part of the
// slowest network of the space.
type Limit struct {
	US   float64 // microseconds; 0: Part applies
	Part float64
}

// of is the limit in microseconds; a Part is of largest.
func (l Limit) of(largest float64) (float64, error) {
	us := l.US
	if us == 0 {
		us = l.Part * largest
	}
	if !(us > 0) || math.IsInf(us, 0) {
		return 0, fault.New(fault.Usage, "Write it like 15ms, 1.3ms or 800us, or like 40% of the space's slowest network.", "%v is not a latency", l)
	}
	return us, nil
}

func (l Limit) String() string {
	if l.US != 0 {
		return fmt.Sprintf("%g µs", l.US)
	}
	return fmt.Sprintf("%g %%", 100*l.Part)
}

// limits converts targets to microseconds, by the costs of a space.
func limits(targets []Limit, costs *search.Costs) ([]float64, error) {
	if len(targets) == 0 {
		return nil, fault.New(fault.Usage, "Give --target 15ms.", "no target is given")
	}
	_, largest := costs.Bounds()
	return within(largest, targets)
}

// within converts targets to microseconds; parts are of largest.
func within(largest float64, targets []Limit) ([]float64, error) {
	var us []float64
	for _, t := range targets {
		v, err := t.of(largest)
		if err != nil {
			return nil, err
		}
		if slices.Contains(us, v) {
			return nil, fault.New(fault.Usage, "Give each target once.", "target %v is given twice", t)
		}
		us = append(us, v)
	}
	return us, nil
}
