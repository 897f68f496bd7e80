package onnx

import (
	"errors"
	"slices"
	"strings"
	"testing"
)

// The rows of one name are together, oldest first: lookup takes the last that
// is old enough.
func TestOperatorTableIsInOrder(t *testing.T) {
	for domain, table := range domains {
		sorted := slices.IsSortedFunc(table, func(a, b operator) int {
			if a.name == b.name {
				return int(a.since - b.since)
			}
			return 0
		})
		if !sorted {
			t.Errorf("domain %q: rows of a name out of order", domain)
		}
		for k, op := range table {
			if k > 0 && table[k-1].name == op.name && table[k-1].since == op.since {
				t.Errorf("%s since %d stands twice", op.name, op.since)
			}
			if op.in.min > op.in.max || op.out.min < 1 || op.out.min > op.out.max || op.since > maxOpset || op.infer == nil {
				t.Errorf("impossible row %s since %d", op.name, op.since)
			}
		}
	}
}

func TestLookupTakesTheSignatureOfTheOpset(t *testing.T) {
	for _, c := range []struct {
		op    string
		opset int64
		since int64 // 0: unknown
	}{
		{"ReduceSum", 12, 1}, {"ReduceSum", 13, 13}, {"ReduceMean", 17, 1}, {"ReduceMean", 18, 18},
		{"Squeeze", 12, 1}, {"Squeeze", 21, 13}, {"HardSwish", 13, 0}, {"HardSwish", 14, 14}, {"NoSuch", 17, 0},
	} {
		op := lookup("ai.onnx", c.op, c.opset)
		if (op == nil) != (c.since == 0) || op != nil && op.since != c.since {
			t.Errorf("%s at opset %d: %+v, want the row since %d", c.op, c.opset, op, c.since)
		}
	}
}

// positions counts the positions of a window one by one: the oracle of slid. With
// ceil, the last one may extend beyond the end if it begins before the end padding.
func positions(n, begin, end, reach, stride int64, ceil bool) (count int64) {
	for at := -begin; ; at += stride {
		whole := at+reach <= n+end
		begun := ceil && at < n && at+reach > n+end && at+reach-stride < n+end
		if !whole && !begun {
			return count
		}
		count++
	}
}

func TestWindowPositionsAgreeWithCounting(t *testing.T) {
	c := &call{}
	for n := int64(1); n < 12; n++ {
		for reach := int64(1); reach < 6; reach++ {
			for stride := int64(1); stride < 5; stride++ {
				for pads := int64(0); pads < 9; pads++ {
					begin, end := min(pads/3, reach-1), min(pads%3, reach-1)
					if n+begin+end < reach {
						continue
					}
					w := window{kernel: []int64{reach}, strides: []int64{stride}, dilations: []int64{1}, pads: []int64{begin, end}}
					for _, ceil := range []bool{false, true} {
						got, want := c.slid(Dims(n), w, ceil)[0].Size, positions(n, begin, end, reach, stride, ceil)
						if got != want {
							t.Errorf("n %d pads %d %d reach %d stride %d ceil %v: %d, want %d", n, begin, end, reach, stride, ceil, got, want)
						}
					}
				}
			}
		}
	}
}

func TestSlicedAgreesWithCounting(t *testing.T) {
	c := &call{}
	for n := int64(0); n < 6; n++ {
		for start := int64(-8); start < 8; start++ {
			for end := int64(-8); end < 8; end++ {
				for _, step := range []int64{-3, -2, -1, 1, 2, 3, 1 << 62, -1 << 63} {
					if got, want := c.sliced(n, start, end, step), countSliced(n, start, end, step); got != want {
						t.Fatalf("[%d:%d:%d] of %d: %d, want %d", start, end, step, n, got, want)
					}
				}
			}
		}
	}
}

// countSliced counts as Python's range over slice.indices does.
func countSliced(n, start, end, step int64) (count int64) {
	low, high := int64(0), n
	if step < 0 {
		low, high = -1, n-1
	}
	clamp := func(v int64) int64 {
		if v < 0 {
			v += n
		}
		return max(low, min(high, v))
	}
	start, end = clamp(start), clamp(end)
	for at := start; step > 0 && at < end || step < 0 && at > end; {
		count++
		if step > n || step < -n-1 {
			return count
		}
		at += step
	}
	return count
}

func TestProblemsAreCapped(t *testing.T) {
	var p problems
	for range maxProblems + 7 {
		p.add(errors.New("x"))
	}
	if got := p.join().Error(); strings.Count(got, "\n") != maxProblems || !strings.HasSuffix(got, "and 7 more problems") {
		t.Errorf("%d lines: %s", strings.Count(got, "\n"), got)
	}
}
