package job

import (
	"encoding/json"
	"testing"

	"fbnas/devices"
)

// TestStateOfADevice: temperatures in °C, the battery as a fraction, and null for
// what a device does not say.
func TestStateOfADevice(t *testing.T) {
	for want, s := range map[string]devices.State{
		`{"governors":[],"khz":[],"temperature_celsius":null,"hottest":null,"free_bytes":null,"throttled":null,"thermal_status":null,"slows":null,"power":null,"battery":null}`: {},
		`{"governors":["schedutil"],"khz":[1800000,2400000],"temperature_celsius":41.5,"hottest":"BIG","free_bytes":123456,"throttled":null,"thermal_status":"severe","slows":"its thermal status is severe","power":"battery","battery":0.94}`: {
			Governors: []string{"schedutil"}, KHz: []int{1_800_000, 2_400_000}, FreeBytes: 123_456,
			Heat: devices.Heat{Celsius: 41.5, Hottest: "BIG", Status: "severe"}, Power: devices.Power{Source: "battery", Level: 94},
		},
	} {
		if got, err := json.Marshal(stateOf(s)); err != nil || string(got) != want {
			t.Errorf("%s (%v), want %s", got, err, want)
		}
	}
}
