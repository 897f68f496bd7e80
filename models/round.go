package models

import (
	"math"

	"fbnas/internal/yamlform"
)

// Rounding is the rule by which hidden widths become multiples of Divisor
// (docs/background/networks.md, "Rounding of widths"). The zero value rounds to
// the nearest whole number.
type Rounding struct {
	Divisor   int     // 0 means 1
	BumpBelow float64 // a rounded width below this fraction is increased by one divisor; 0: never
}

// Fields lists the record's fields for its file.
func (r *Rounding) Fields() []yamlform.Field {
	return []yamlform.Field{
		{Name: "divisor", Value: &r.Divisor, Required: true, Min: 1, Max: 256},
		{Name: "bump_below", Value: &r.BumpBelow, Min: 0, Max: 1},
	}
}

// Round returns the width for x channels: x if it is a multiple of the divisor,
// otherwise the nearest multiple (halves go up), one more if that is below
// BumpBelow·x, and never less than the divisor.
func (r Rounding) Round(x float64) int {
	d := float64(max(1, r.Divisor))
	if math.Mod(x, d) != 0 {
		y := math.Max(math.Floor(x/d+0.5)*d, d)
		if y < r.BumpBelow*x {
			y += d
		}
		x = y
	}
	return int(math.Max(x, d))
}
