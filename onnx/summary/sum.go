package summary

import "math/bits"

// sum adds and multiplies sizes, and records whether one overflowed:
// dimensions come from files.
type sum struct{ overflowed bool }

func (s *sum) add(a, b int64) int64 {
	if a > 1<<62-b {
		s.overflowed = true
		return 0
	}
	return a + b
}

func (s *sum) mul(factors ...int64) int64 {
	product := uint64(1)
	for _, f := range factors {
		over, low := bits.Mul64(product, uint64(f))
		if over != 0 || low > 1<<61 {
			s.overflowed = true
			return 0
		}
		product = low
	}
	return int64(product)
}

func (s *sum) counts(a, b Counts) Counts {
	return Counts{
		Params: s.add(a.Params, b.Params), Weights: s.add(a.Weights, b.Weights), MACs: s.add(a.MACs, b.MACs),
		Pooled: s.add(a.Pooled, b.Pooled), Elements: s.add(a.Elements, b.Elements), Bytes: s.add(a.Bytes, b.Bytes),
	}
}
