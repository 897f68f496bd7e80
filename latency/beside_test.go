package latency

import (
	"reflect"
	"testing"
)

func TestBatchesBeside(t *testing.T) {
	o := Options{BatchModels: 4}
	for n, want := range map[int][][]int{
		1: {{0}},
		3: {{0, 1, 2}},
		6: {{0, 1, 2}, {0, 3}, {0, 4, 5}},
	} {
		got := o.BatchesBeside(n)
		seen := map[int]bool{}
		for _, batch := range got {
			if batch[0] != 0 || len(batch)+1 > o.BatchModels {
				t.Errorf("%d models: batch %v", n, batch)
			}
			for _, i := range batch[1:] {
				if seen[i] {
					t.Errorf("%d models: %d twice in %v", n, i, got)
				}
				seen[i] = true
			}
		}
		if len(seen) != n-1 {
			t.Errorf("%d models: %v", n, got)
		}
		if n < 6 && !reflect.DeepEqual(got, want) {
			t.Errorf("%d models: %v, want %v", n, got, want)
		}
	}
}
