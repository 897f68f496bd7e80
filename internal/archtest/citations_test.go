package archtest

import (
	"os"
	"testing"

	"fbnas/internal/doctest"
)

// What comments and documents cite is in the tree, for whoever has a clone.
func TestCitations(t *testing.T) {
	problems, err := doctest.Check(os.DirFS("../.."))
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range problems {
		t.Error(p)
	}
}
