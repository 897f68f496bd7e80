package convert

import "math"

// Float16 is the value of the 16 bits of an IEEE half.
func Float16(h uint16) float64 {
	exp, frac := int(h>>10&31), float64(h&0x3ff)
	var v float64
	switch exp {
	case 0:
		v = math.Ldexp(frac, -24)
	case 31:
		v = math.Inf(1)
		if frac != 0 {
			v = math.NaN()
		}
	default:
		v = math.Ldexp(1024+frac, exp-25)
	}
	if h&0x8000 != 0 {
		return -v
	}
	return v
}

// BFloat16 is the value of the upper 16 bits of an IEEE single.
func BFloat16(h uint16) float64 { return float64(math.Float32frombits(uint32(h) << 16)) }

// ToFloat16 is the 16 bits of the IEEE half nearest to v (ties to even;
// values that are too large become infinite).
func ToFloat16(v float32) uint16 {
	b := math.Float32bits(v)
	sign := uint16(b >> 16 & 0x8000)
	abs := b & 0x7fffffff
	switch {
	case abs > 0x7f800000:
		return sign | 0x7e00
	case abs >= 0x47800000: // 65536 and above, infinity
		return sign | 0x7c00
	case abs < 0x38800000: // below 2^-14: a multiple of 2^-24
		scaled := float64(math.Float32frombits(abs)) * (1 << 24)
		return sign | uint16(math.RoundToEven(scaled))
	}
	// Rounding may carry into the exponent, up to infinity: that is right.
	abs += 0xfff + abs>>13&1
	return sign | uint16((abs-0x38000000)>>13)
}
