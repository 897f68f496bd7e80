package archtest

import (
	"os"
	"strings"
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

// Every package has its place in the picture.
func TestPackagesAreInTheArchitecture(t *testing.T) {
	text, err := os.ReadFile("../../docs/ARCHITECTURE.md")
	if err != nil {
		t.Fatal(err)
	}
	for name := range load(t) {
		if !strings.Contains(string(text), "`"+name+"`") {
			t.Errorf("docs/ARCHITECTURE.md does not say what %s is", name)
		}
	}
}
