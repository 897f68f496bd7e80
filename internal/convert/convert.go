package convert

// Number is a number type of slices.
type Number interface {
	~float32 | ~float64 | ~int | ~int64 | ~int32 | ~int16 | ~int8 | ~uint8
}

// Slice returns a copy of v with each element converted.
func Slice[To, From Number](v []From) []To {
	out := make([]To, len(v))
	for i, x := range v {
		out[i] = To(x)
	}
	return out
}
