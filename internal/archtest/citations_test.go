package archtest

import (
	"os"
	"strings"
	"testing"

	"fbnas/internal/doctest"
)

// Everything that comments and documents cite is in the tree, so that a clone has it.
func TestCitations(t *testing.T) {
	problems, err := doctest.Check(os.DirFS("../.."))
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range problems {
		t.Error(p)
	}
}

// docs/ARCHITECTURE.md says what every package is.
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
