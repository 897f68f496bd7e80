package job

import (
	"path/filepath"
	"slices"
	"testing"
	"time"

	"fbnas/internal/rundir"
)

// TestTheNewestTrainingComesFirst, whatever the folders are called; searches and
// unfinished trainings are left out.
func TestTheNewestTrainingComesFirst(t *testing.T) {
	root := t.TempDir()
	for hour, r := range []struct {
		name, verb string
		finished   bool
	}{{"b-oldest", "train", true}, {"search", "search", true}, {"c", "train", true}, {"a-newest", "train", true}, {"begun", "train", false}} {
		began := func() time.Time { return time.Date(2026, 1, 1, hour, 0, 0, 0, time.UTC) }
		d, err := rundir.Create(filepath.Join(root, r.name), r.verb, map[string]string{}, rundir.Options{Now: began})
		if err != nil {
			t.Fatal(err)
		}
		if r.finished {
			if err := d.Finish(map[string]string{}); err != nil {
				t.Fatal(err)
			}
		}
		if err := d.Close(); err != nil {
			t.Fatal(err)
		}
	}
	got, err := finishedTrainings(new(Env), root)
	if err != nil {
		t.Fatal(err)
	}
	want := []string{filepath.Join(root, "a-newest"), filepath.Join(root, "c"), filepath.Join(root, "b-oldest")}
	if !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
}
