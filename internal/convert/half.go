package convert

import "math"

// Float16 is the number that the 16 bits of an IEEE half stand for.
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

// BFloat16 is the number that the upper 16 bits of an IEEE single stand for.
func BFloat16(h uint16) float64 { return float64(math.Float32frombits(uint32(h) << 16)) }
