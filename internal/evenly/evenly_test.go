package evenly

import (
	"reflect"
	"testing"
)

func TestEvenly(t *testing.T) {
	list := []int{0, 1, 2, 3, 4, 5, 6, 7, 8, 9}
	for _, c := range []struct {
		length, n  int
		pick, span []int
	}{
		{10, 5, []int{0, 2, 4, 6, 8}, []int{0, 2, 4, 6, 9}},
		{10, 3, []int{0, 3, 6}, []int{0, 4, 9}},
		{10, 1, []int{0}, []int{0}},
		{10, 0, []int{}, []int{}},
		{3, 7, []int{0, 1, 2}, []int{0, 1, 2}},
		{0, 7, []int{}, []int{}},
	} {
		if got := Indices(c.length, c.n); !reflect.DeepEqual(got, c.pick) {
			t.Errorf("Indices(%d, %d) = %v, want %v", c.length, c.n, got, c.pick)
		}
		if got := Pick(list[:c.length], c.n); !reflect.DeepEqual(got, c.pick) {
			t.Errorf("Pick %d of %d: %v, want %v", c.n, c.length, got, c.pick)
		}
		if got := Span(list[:c.length], c.n); !reflect.DeepEqual(got, c.span) {
			t.Errorf("Span %d of %d: %v, want %v", c.n, c.length, got, c.span)
		}
	}
}
