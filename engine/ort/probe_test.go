package ort

import (
	"testing"

	"fbnas/internal/setup"
)

// TestKernelsThatExistAreUsed: otherwise an error in the blocked dialect would
// look like a processor without its kernels, and all its tests would be skipped.
func TestKernelsThatExistAreUsed(t *testing.T) {
	library, err := setup.ORTLibrary()
	if err != nil {
		t.Skipf("%v (make setup)", err)
	}
	if err := load(library); err != nil {
		t.Fatal(err)
	}
	want := 0
	switch {
	case acceptsChannels(24):
		want = 8
	case acceptsChannels(32):
		want = 16
	}
	if got := probe(Options{Library: library}); got != want {
		t.Errorf("the runtime has kernels for blocks of %d, the probe says %d", want, got)
	}
}
