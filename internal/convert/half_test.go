package convert_test

import (
	"math"
	"testing"

	"fbnas/internal/convert"
)

// TestHalves: the corners of IEEE 754's binary16, and of its single's upper
// half.
func TestHalves(t *testing.T) {
	for _, c := range []struct {
		bits uint16
		want float64
	}{
		{0x0000, 0}, {0x0001, 0x1p-24}, {0x03ff, 1023 * 0x1p-24}, {0x0400, 0x1p-14}, {0x3c00, 1}, {0x3c01, 1 + 0x1p-10},
		{0xc000, -2}, {0x7bff, 65504}, {0x7c00, math.Inf(1)}, {0xfc00, math.Inf(-1)},
	} {
		if got := convert.Float16(c.bits); got != c.want {
			t.Errorf("%#04x is %g, want %g", c.bits, got, c.want)
		}
	}
	if got := convert.Float16(0x7e00); !math.IsNaN(got) {
		t.Errorf("0x7e00 is %g", got)
	}
	if got := convert.BFloat16(0xc040); got != -3 {
		t.Errorf("0xc040 is %g, want -3", got)
	}
}
