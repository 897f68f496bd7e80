package main

import (
	"fmt"
	"strings"
	"time"

	"fbnas/internal/text"
	"fbnas/latency"
	"fbnas/lut"
)

// modeOf says in which of a phone's modes figures were measured, "" where the
// device has only one.
func modeOf(fixed string, d *lut.DefaultMode) string {
	switch {
	case fixed == latency.FixedOff:
		return "default"
	case fixed != latency.FixedOn:
		return ""
	case d == nil:
		return "fixed performance"
	}
	return "fixed performance; in default mode " + factor(*d)
}

func factor(d lut.DefaultMode) string {
	text := fmt.Sprintf("%s takes %.2f times as long (± %s)", d.Network, d.Ratio, text.Percent(d.Spread))
	if d.Noisy != "" {
		text += ", not steady: " + d.Noisy
	}
	return text
}

// inDefaultMode converts a search's limit that is meant in a phone's default
// mode, "" unless the table is of the other mode.
func inDefaultMode(d *lut.DefaultMode, limitUS float64) string {
	if d == nil {
		return ""
	}
	return fmt.Sprintf("all of this is of fixed-performance mode; in default mode %s: %s there is about --target %s",
		factor(*d), text.Latency(limitUS), time.Duration(limitUS/d.Ratio*1e3).Round(time.Microsecond))
}

// courseText describes a device's state during a measurement, "" where nothing is
// known.
func courseText(c *latency.Course) string {
	if c == nil {
		return ""
	}
	var parts []string
	if c.Hottest != "" {
		parts = append(parts, fmt.Sprintf("up to %.1f °C (%s)", c.Celsius, c.Hottest))
	}
	if c.ThermalStatus != "" {
		parts = append(parts, "thermal status "+c.ThermalStatus)
	}
	if c.Power != "" {
		power := "on " + c.Power
		if c.BatteryLevel > 0 {
			power += ", battery " + text.Percent(c.BatteryLevel)
		}
		parts = append(parts, power)
	}
	if c.CoolDowns > 0 {
		parts = append(parts, fmt.Sprintf("left alone %s, for %s", text.Plural(c.CoolDowns, "time"), text.Seconds(c.CooledSeconds)))
	}
	return strings.Join(parts, "; ")
}
