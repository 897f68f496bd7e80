package job

import (
	"path/filepath"
	"testing"
	"time"

	"fbnas/models"
)

// TestBaselineLike: a baseline beside a search may take what the found network is
// predicted to take, which is less than the search's target.
func TestBaselineLike(t *testing.T) {
	space := smallSpace(t)
	table := simulated(t, space)
	dir := t.TempDir()
	run := finished(t, filepath.Join(dir, "search"), space, SearchConfig{Table: table.Path}, time.Now())
	out := filepath.Join(dir, "arch.yaml")
	r, err := Baseline(t.Context(), &Env{}, BaselineOptions{Kind: Uniform, Table: table.Path, Like: run.Path, Output: out, Classes: 10})
	if err != nil {
		t.Fatal(err)
	}
	arch, err := models.ReadArch(out)
	if err != nil {
		t.Fatal(err)
	}
	if r.LimitUS != 95 || r.Cost > 95 || arch.Name != "small-uniform" {
		t.Errorf("%+v, network %s; want a limit of 95 µs", r, arch.Name)
	}
}
