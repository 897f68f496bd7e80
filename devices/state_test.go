package devices

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestParseState(t *testing.T) {
	for _, c := range []struct {
		name, out string
		want      State
	}{
		{"a phone", "governor schedutil\nkhz 1804800\ngovernor schedutil\nkhz 2841600\n" +
			"zone 41200 cpu-0-0\nzone 38 battery\nzone -273000 unconnected\nzone 1000000 broken\n" +
			"free Available\nfree 1024\n",
			State{Governors: []string{"schedutil"}, KHz: []int{1804800, 2841600}, Celsius: 41.2, Hottest: "cpu-0-0", FreeBytes: 1 << 20}},
		{"a Raspberry Pi", "governor ondemand\nthrottled throttled=0x50005\r\n", State{Governors: []string{"ondemand"}, Throttled: "0x50005"}},
		{"two governors", "governor walt\ngovernor performance\n", State{Governors: []string{"walt", "performance"}}},
		{"whole degrees", "zone 37 skin\nzone 36 modem\n", State{Celsius: 37, Hottest: "skin"}},
		{"nothing", "", State{}},
		{"garbage", "khz fast\nzone\nzone hot cpu\nfree 99999999999999999999\nfree -1\nunknown 1\n\x00\xff", State{}},
	} {
		if diff := cmp.Diff(c.want, parseState(c.out)); diff != "" {
			t.Errorf("%s: %s", c.name, diff)
		}
	}
}

func FuzzParseState(f *testing.F) {
	f.Add("governor schedutil\nkhz 1804800\nzone 41200 cpu\nfree 1024\nthrottled throttled=0x0\n")
	f.Fuzz(func(t *testing.T, out string) {
		s := parseState(out)
		if s.FreeBytes < 0 || (s.Hottest != "" && !plausible(s.Celsius)) {
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
