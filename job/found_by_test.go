package job

import (
	"path/filepath"
	"testing"
	"time"

	"fbnas/models"
	"fbnas/weights"
)

// TestTheNewestSearchFoundIt: of searches that found one network, under the root
// or beside its training, the newest is named; no other search is.
func TestTheNewestSearchFoundIt(t *testing.T) {
	space, root, beside := smallSpace(t), t.TempDir(), t.TempDir()
	arch, err := space.Arch(space.Largest(), 3) // trained for other classes than it was searched for
	if err != nil {
		t.Fatal(err)
	}
	other, err := space.Arch(space.Smallest(), 3)
	if err != nil {
		t.Fatal(err)
	}
	hour := func(n int) time.Time { return time.Date(2026, 1, 1, n, 0, 0, 0, time.UTC) }
	finished(t, filepath.Join(beside, "search"), space, SearchConfig{TableDigest: "beside", Precision: "int8"}, hour(9))
	trained := filepath.Join(beside, "train")
	found := func(a models.Arch) string {
		f := searchOf(&Env{}, Model{Network: weights.Network{Arch: a}, Run: trained}, root)
		if f == nil {
			return "none"
		}
		return f.config.TableDigest + " " + f.precision()
	}
	if got := found(arch); got != "beside int8" {
		t.Errorf("beside the training: %s", got)
	}
	for n, name := range []string{"b-oldest", "c-newest", "a-between"} {
		finished(t, filepath.Join(root, name), space, SearchConfig{TableDigest: name}, hour([]int{1, 3, 2}[n]))
	}
	if got := found(arch); got != "c-newest fp32" {
		t.Errorf("under the root: %s", got)
	}
	if got := found(other); got != "none" {
		t.Errorf("another network: %s", got)
	}
}
