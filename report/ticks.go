package report

import (
	"image/color"
	"math"
	"strconv"

	"gonum.org/v1/plot"
)

// ticks marks an axis at about n round numbers.
type ticks struct{ n int }

// step returns the distance between marks: 1, 2, 2.5 or 5 times a power of ten.
func (t ticks) step(low, high float64) float64 {
	raw := (high - low) / float64(t.n)
	if raw <= 0 {
		return 1
	}
	power := math.Pow(10, math.Floor(math.Log10(raw)))
	for _, m := range []float64{1, 2, 2.5, 5} {
		if m*power >= raw*(1-1e-9) {
			return m * power
		}
	}
	return 10 * power
}

// Ticks implements plot.Ticker.
func (t ticks) Ticks(low, high float64) []plot.Tick {
	step := t.step(low, high)
	first := math.Ceil(low/step - 1e-9)
	var marks []plot.Tick
	// If numbers are far larger than their distance, adding 1 may change
	// nothing: so the count is bounded.
	for i := range 3 * t.n {
		x := (first + float64(i)) * step
		if x > high+1e-9*step {
			break
		}
		marks = append(marks, plot.Tick{Value: x, Label: number(x, step)})
	}
	return marks
}

// number writes a mark with enough digits to distinguish it from the next one.
func number(x, step float64) string {
	unit := ""
	if step >= 1e3 {
		x, step, unit = x/1e3, step/1e3, "k"
	}
	decimals := 0
	for s := step; decimals < 9 && math.Abs(s-math.Round(s)) > 1e-9*s; s *= 10 {
		decimals++
	}
	if x == 0 {
		return "0"
	}
	return strconv.FormatFloat(x, 'f', decimals, 64) + unit
}

// shade returns the colour of option i of n.
func shade(i, n int) color.NRGBA {
	if n < 2 {
		return ramp[0]
	}
	at := float64(i) / float64(n-1) * float64(len(ramp)-1)
	low := min(int(at), len(ramp)-2)
	mix := func(a, b uint8) uint8 { return uint8(float64(a) + (float64(b)-float64(a))*(at-float64(low))) }
	a, b := ramp[low], ramp[low+1]
	return color.NRGBA{mix(a.R, b.R), mix(a.G, b.G), mix(a.B, b.B), 0xff}
}
