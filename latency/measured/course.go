package measured

import (
	"cmp"
	"slices"
)

// Course is the state of a device over a measurement, and how often fbnas had to
// wait for it; what the device does not report is absent.
type Course struct {
	ThermalStatus string  `json:"thermal_status,omitempty"` // the worst (see Statuses)
	Celsius       float64 `json:"celsius,omitempty"`        // the highest temperature
	Hottest       string  `json:"hottest,omitempty"`        // the part with that temperature
	Power         string  `json:"power,omitempty"`          // charger | battery; battery if it was ever in use
	BatteryLevel  float64 `json:"battery_level,omitempty"`  // the lowest, as a fraction
	CoolDowns     int     `json:"cool_downs,omitempty"`     // number of pauses
	CooledSeconds float64 `json:"cooled_seconds,omitempty"` // total length of the pauses
}

// Statuses are Android's thermal states from the coolest, by their number
// (PowerManager.THERMAL_STATUS_NONE and those after it).
var Statuses = []string{"none", "light", "moderate", "severe", "critical", "emergency", "shutdown"}

// Sources of power.
const (
	PowerCharger = "charger"
	PowerBattery = "battery"
)

// Plus combines the courses of two parts of a measurement.
func (c Course) Plus(o Course) Course {
	if o.Celsius > c.Celsius {
		c.Celsius, c.Hottest = o.Celsius, o.Hottest
	}
	rank := func(status string) int { return slices.Index(Statuses, status) }
	c.ThermalStatus = slices.MaxFunc([]string{c.ThermalStatus, o.ThermalStatus},
		func(a, b string) int { return cmp.Compare(rank(a), rank(b)) })
	if o.Power == PowerBattery || c.Power == "" {
		c.Power = o.Power
	}
	if c.BatteryLevel == 0 || o.BatteryLevel > 0 && o.BatteryLevel < c.BatteryLevel {
		c.BatteryLevel = o.BatteryLevel
	}
	c.CoolDowns += o.CoolDowns
	c.CooledSeconds += o.CooledSeconds
	return c
}
