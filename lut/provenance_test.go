package lut_test

import (
	"testing"

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
