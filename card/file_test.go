package card

import (
	"os"
	"path/filepath"
	"testing"
)

// TestCardsAreReplaced: every card that fbnas writes can be replaced by the next, and
// no other text can.
func TestCardsAreReplaced(t *testing.T) {
	cards, err := filepath.Glob("testdata/card*.md")
	if err != nil || len(cards) < 3 {
		t.Fatal(cards, err)
	}
	for _, path := range cards {
		if err := Check(path); err != nil {
			t.Error(err)
		}
	}
	readme := filepath.Join(t.TempDir(), "README.md")
	if err := Check(readme); err != nil {
		t.Error(err)
	}
	if err := os.WriteFile(readme, []byte("# My project\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	if Check(readme) == nil {
		t.Error("a README would be replaced")
	}
}

func TestPath(t *testing.T) {
	if got := Path("a.b/model.ONNX"); got != "a.b/model.md" {
		t.Error(got)
	}
}
