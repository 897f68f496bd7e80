package lut_test

import (
	"encoding/json"
	"strings"
	"testing"

	"fbnas/latency/measured"
	"fbnas/lut"
)

func TestComparableMemory(t *testing.T) {
	const mib, gib = 1 << 20, 1 << 30
	for _, c := range []struct {
		a, b int64
		same bool
	}{
		{502001664, 502005760, true}, // one board, started twice
		{7600 * mib, 7790 * mib, true},
		{11200 * mib, 11500 * mib, true},
		{8 * gib, 7600 * mib, true},
		{5600 * mib, 7600 * mib, false},
		{3800 * mib, 7600 * mib, false},
		{7600 * mib, 11200 * mib, false},
		{0, 7600 * mib, false},
	} {
		var a, b lut.Header
		a.Device.Model.MemoryBytes, b.Device.Model.MemoryBytes = c.a, c.b
		if ds := lut.Comparable(a, b); (len(ds) == 0) != c.same {
			t.Errorf("%d and %d bytes: %v", c.a, c.b, ds)
		}
	}
}

// TestIncidental: what may differ between the parts of one profile is named.
func TestIncidental(t *testing.T) {
	var a lut.Header
	for field, change := range map[string]func(*lut.Header){
		"device.os":   func(h *lut.Header) { h.Device.OS = "another" },
		"device.unit": func(h *lut.Header) { h.Device.Unit = "another" },
		"tool":        func(h *lut.Header) { h.Tool = "another" },
	} {
		b := a
		change(&b)
		if ds := lut.Incidental(a, b); len(ds) != 1 || ds[0].Field != field || len(lut.Provenance(a, b)) != 0 {
			t.Errorf("%s: %v, and %v of the provenance", field, ds, lut.Provenance(a, b))
		}
	}
	if ds := lut.Incidental(a, a); len(ds) != 0 {
		t.Errorf("the same: %v", ds)
	}
}

// TestProviderOptions: a table of a later version, on a provider with options, is
// not taken for one of a provider without.
func TestProviderOptions(t *testing.T) {
	var later lut.Table
	if err := json.Unmarshal([]byte(`{"condition": {"provider": "other", "provider_options": {"mode": "fast"}}}`), &later.Header); err != nil {
		t.Fatal(err)
	}
	here := measured.Condition{Provider: "other"}
	err := later.CheckDevice(measured.Device{}, here)
	if err == nil || !strings.Contains(err.Error(), `condition.provider_options.mode ("fast", absent) differs`) {
		t.Errorf("without its options: %v", err)
	}
	here.ProviderOptions = map[string]string{"mode": "fast"}
	if err := later.CheckDevice(measured.Device{}, here); err != nil {
		t.Errorf("with its options: %v", err)
	}
}
