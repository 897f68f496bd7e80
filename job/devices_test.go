package job

import (
	"fmt"
	"testing"

	"fbnas/devices"
)

// TestUnregisteredPhones: a phone is listed once. An entry for the only phone
// means none of several.
func TestUnregisteredPhones(t *testing.T) {
	one := devices.Attached{Name: "adb:1", State: "device"}
	two := devices.Attached{Name: "adb:2", State: "device"}
	locked := devices.Attached{Name: "adb:3", State: "unauthorized", Hint: "Unlock it."}
	for name, c := range map[string]struct {
		phones  []devices.Attached
		entries []devices.Entry
		want    string
	}{
		"none":                   {nil, nil, "[] []"},
		"new ones":               {[]devices.Attached{one, locked}, nil, "[adb:1] [adb:3: the phone is in the state: unauthorized (Unlock it.)]"},
		"one is registered":      {[]devices.Attached{one, two}, []devices.Entry{{Name: "pixel", Address: "adb:1"}}, "[adb:2] []"},
		"the only one":           {[]devices.Attached{one}, []devices.Entry{{Name: "phone", Address: "adb"}}, "[] []"},
		"one of two is the only": {[]devices.Attached{one, two}, []devices.Entry{{Name: "phone", Address: "adb"}}, "[adb:1 adb:2] []"},
	} {
		ready, others := unregistered(c.phones, c.entries)
		addresses, refused := []string{}, []string{}
		for _, e := range ready {
			addresses = append(addresses, e.Address)
		}
		for _, s := range others {
			refused = append(refused, fmt.Sprintf("%s: %s (%s)", s.Address, *s.Reason, *s.Hint))
		}
		if got := fmt.Sprint(addresses, " ", refused); got != c.want {
			t.Errorf("%s: %s, want %s", name, got, c.want)
		}
	}
}
