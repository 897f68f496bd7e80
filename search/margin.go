package search

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"fbnas/internal/fault"
)

// A margin m bounds the errors of predictions, which are relative to what is
// measured: |predicted/measured - 1| <= m. At worst a network takes its
// prediction divided by 1 - m. Limit and Worst are the only places that know.

// Limit is the largest prediction with which a target is met under the margin, a
// fraction below 1, in the target's unit.
func Limit(target, margin float64) float64 { return target * (1 - margin) }

// Worst is the inverse of Limit: the cost that a prediction may turn out to be,
// and so the lowest target that allows it.
func Worst(predicted, margin float64) float64 { return predicted / (1 - margin) }

// Least writes the lowest target that allows a prediction, rounded up, so that
// the number in the message is accepted when it is typed.
func Least(predicted, margin float64) string {
	exact := Worst(predicted, margin)
	if !(exact > 0) || math.IsInf(exact, 0) {
		return fmt.Sprint(exact) // not a number that can be typed
	}
	decimals := max(5-int(math.Floor(math.Log10(exact))), 0) // six digits
	unit := math.Pow10(-decimals)
	for n := math.Floor(exact / unit); ; n++ {
		text := strconv.FormatFloat(n*unit, 'f', decimals, 64)
		if decimals > 0 {
			text = strings.TrimRight(strings.TrimRight(text, "0"), ".")
		}
		if v, err := strconv.ParseFloat(text, 64); err != nil || Limit(v, margin) >= predicted {
			return text
		}
	}
}

// AutoMargin is the margin with which 95 of 100 networks meet a target: the 95th
// percentile of the cost's errors. Where they are unknown, the error (code
// fault.Usage) says how to measure them.
func AutoMargin(cost Cost) (float64, error) {
	c, table := cost.Certainty(), "X.lut"
	if l, ok := cost.(Latency); ok {
		table = l.Table.Path
	}
	hint := fmt.Sprintf("Validate the table with: fbnas lut validate %s --device DEVICE; or choose a margin, such as --margin 5%%.", table)
	switch {
	case !c.Known():
		return 0, fault.New(fault.Usage, hint, "--margin auto needs the error of table %s, which is unknown: the table has neither a validation nor a calibration with at least two networks", table)
	case c.P95Error >= 1:
		return 0, fault.New(fault.Usage, "Calibrate it again, while the device is idle, with: fbnas lut calibrate "+table+" --device DEVICE; or choose a margin, such as --margin 5%.",
			"--margin auto cannot be used with table %s: 5 of 100 predictions are off by %.3g %% or more", table, 100*c.P95Error)
	}
	return c.P95Error, nil
}
