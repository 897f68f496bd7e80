package predict

import (
	"errors"
	"testing"

	"fbnas/internal/fault"
)

// TestInParallel: every index is called, and a panic in one call reaches the
// caller.
func TestInParallel(t *testing.T) {
	var turns [100]int
	inParallel(len(turns), func(i int) { turns[i]++ })
	for i, n := range turns {
		if n != 1 {
			t.Errorf("%d had %d turns", i, n)
		}
	}
	err := func() (err error) {
		defer fault.Catch(&err)
		inParallel(len(turns), func(i int) {
			if i == 77 {
				panic("no figure")
			}
		})
		return nil
	}()
	if bug := new(fault.Bug); !errors.As(err, &bug) || bug.Value != "no figure" {
		t.Errorf("the caller gets %v", err)
	}
}
