package main

import (
	"context"
	"errors"
	"slices"
	"testing"
)

func TestEach(t *testing.T) {
	made := make([]bool, 100)
	if err := each(t.Context(), len(made), func(i int) error { made[i] = true; return nil }); err != nil || slices.Contains(made, false) {
		t.Errorf("%v, %v", made, err)
	}
	wrong := errors.New("wrong")
	if err := each(t.Context(), 100, func(i int) error {
		if i == 3 {
			return wrong
		}
		return nil
	}); !errors.Is(err, wrong) {
		t.Errorf("got %v", err)
	}
}

// TestEachCancelled: the error is context.Canceled whatever the cause, such as a
// signal, and fault knows it by that.
func TestEachCancelled(t *testing.T) {
	ctx, cancel := context.WithCancelCause(t.Context())
	cancel(errors.New("a signal"))
	if err := each(ctx, 10, func(int) error { return nil }); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}
