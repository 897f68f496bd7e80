package main

import (
	"strings"
	"testing"

	"fbnas/latency"
	"fbnas/lut"
)

func TestModeOf(t *testing.T) {
	compared := &lut.DefaultMode{Network: "net-7", Ratio: 0.8, Spread: 0.02, Rounds: 12}
	for _, c := range []struct {
		mode string
		d    *lut.DefaultMode
		want string
	}{
		{latency.FixedUnsupported, nil, ""},
		{latency.FixedOff, nil, "default"},
		{latency.FixedOn, nil, "fixed performance"},
		{latency.FixedOn, compared, "fixed performance; in default mode net-7 takes 0.80 times as long (± 2.0 %)"},
		{latency.FixedOn, &lut.DefaultMode{Network: "net-7", Ratio: 0.8, Noisy: "it is hot"}, "not steady: it is hot"},
	} {
		got := modeOf(c.mode, c.d)
		if !strings.Contains(got, c.want) || (got == "") != (c.want == "") {
			t.Errorf("%s, %+v: %q, want %q", c.mode, c.d, got, c.want)
		}
	}
	if got := inDefaultMode(compared, 12000); !strings.HasSuffix(got, "--target 15ms") {
		t.Error(got)
	}
	if got := inDefaultMode(nil, 12000); got != "" {
		t.Error(got)
	}
}

func TestCourseText(t *testing.T) {
	for want, c := range map[string]*latency.Course{
		"": nil,
		"up to 41.5 °C (BIG); thermal status light; on charger, battery 94.0 %; left alone 2 times, for 30": {
			ThermalStatus: "light", Celsius: 41.5, Hottest: "BIG", Power: "charger", BatteryLevel: 0.94, CoolDowns: 2, CooledSeconds: 30},
		"on battery": {Power: "battery"},
	} {
		if got := courseText(c); !strings.HasPrefix(got, want) || (got == "") != (want == "") {
			t.Errorf("%+v: %q, want %q", c, got, want)
		}
	}
}
