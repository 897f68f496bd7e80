package devices

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"fbnas/latency/measured"
)

func TestParseState(t *testing.T) {
	for _, c := range []struct {
		name, out string
		want      State
	}{
		{"a phone", "governor schedutil\nkhz 1804800\ngovernor schedutil\nkhz 2841600\n" +
			"zone 41200 cpu-0-0\nzone 38 battery\nzone -273000 unconnected\nzone 1000000 broken\n" +
			"free Available\nfree 1024\n",
			State{Governors: []string{"schedutil"}, KHz: []int{1804800, 2841600}, FreeBytes: 1 << 20, Heat: Heat{Celsius: 41.2, Hottest: "cpu-0-0"}}},
		{"a Raspberry Pi", "governor ondemand\nthrottled throttled=0x50005\r\n",
			State{Governors: []string{"ondemand"}, Heat: Heat{Throttled: "0x50005"}}},
		{"Android's services", "status 2\nsensor mValue=41.5, mType=0, mName=BIG, mStatus=1\nsensor mValue=38.0, mType=3, mName=skin, mStatus=0\n" +
			"sensor mValue=90.0, mType=8, mName=vbat, mStatus=0\nlevel 71\nonline 0\nonline 0\nsaver 1\n",
			State{Heat: Heat{Celsius: 41.5, Hottest: "BIG", Status: "moderate"}, Power: Power{Source: measured.PowerBattery, Level: 71, Saver: true}}},
		{"a laptop that charges", "online 0\nlevel 40\nonline 1\ncooling 0 Processor\n", State{Power: Power{Source: measured.PowerCharger, Level: 40}}},
		{"a computer with a port to charge from", "online 0\n", State{}},
		{"a board that the kernel holds back", "cooling 2 cpufreq-cpu0\n", State{Heat: Heat{Held: "cpufreq-cpu0"}}},
		{"two governors", "governor walt\ngovernor performance\n", State{Governors: []string{"walt", "performance"}}},
		{"whole degrees", "zone 37 skin\nzone 36 modem\n", State{Heat: Heat{Celsius: 37, Hottest: "skin"}}},
		{"nothing", "", State{}},
		{"garbage", "khz fast\nzone\nzone hot cpu\nfree 99999999999999999999\nfree -1\nunknown 1\n\x00\xff\n" +
			"status 7\nstatus -1\nsensor {}\nsensor mValue=x, mType=0\nlevel 101\nonline\nsaver null\ncooling x\ncooling 1\n", State{}},
	} {
		if diff := cmp.Diff(c.want, parseState(c.out)); diff != "" {
			t.Errorf("%s: %s", c.name, diff)
		}
	}
}

func FuzzParseState(f *testing.F) {
	f.Add("status 3\nsensor mValue=41.5, mType=0, mName=BIG, mStatus=1\nonline 1\nlevel 9\ncooling 1 Processor\n")
	f.Add("governor schedutil\nkhz 1804800\nzone 41200 cpu\nfree 1024\nthrottled throttled=0x0\n")
	f.Fuzz(func(t *testing.T, out string) {
		s := parseState(out)
		if s.FreeBytes < 0 || (s.Heat.Hottest != "" && !plausible(s.Heat.Celsius)) || s.Power.Level < 0 || s.Power.Level > 100 {
			t.Errorf("%+v", s)
		}
	})
}

func TestState(t *testing.T) {
	d := openForTest(t)
	defer d.Close()
	s, err := d.State(t.Context())
	if err != nil || s.FreeBytes == 0 {
		t.Errorf("%+v, %v", s, err)
	}
}

func TestHeatSlows(t *testing.T) {
	for want, h := range map[string]Heat{
		"":                                     {},
		"its thermal status is moderate":       {Status: "moderate"},
		"its firmware throttles it (0x50004)":  {Throttled: "0x50004"},
		"its kernel throttles the processor (": {Held: "Processor"},
	} {
		if got := h.Slows(); !strings.HasPrefix(got, want) || (got == "") != (want == "") {
			t.Errorf("%+v: %q, want %q", h, got, want)
		}
	}
	for _, h := range []Heat{{Status: "light", Celsius: 60, Hottest: "cpu"}, {Throttled: "0x50000"}, {Throttled: "garbage"}} {
		if got := h.Slows(); got != "" {
			t.Errorf("%+v: %q", h, got)
		}
	}
}

func TestClusters(t *testing.T) {
	for want, khz := range map[string][]int{
		"":                            nil,
		"4 × 1.50 GHz":                {1500000, 1500000, 1500000, 1500000},
		"2 × 1.80 GHz + 1 × 2.84 GHz": {1804800, 1804800, 2841600},
		"1 × 2.00 GHz + 1 × 1.00 GHz": {2000000, 1000000},
	} {
		if got := (Identity{MaxKHz: khz}).Clusters(); got != want {
			t.Errorf("%v: %q, want %q", khz, got, want)
		}
	}
}
