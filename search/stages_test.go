package search

import (
	"context"
	"errors"
	"path/filepath"
	"reflect"
	"slices"
	"testing"

	"fbnas/dataset/datasettest"
	"fbnas/engine/interp"
	"fbnas/models"
)

// TestEveryStageShowsAndEnds: steps, layers and candidates are reported in order,
// and a search that is interrupted in any stage resumes to the same result.
func TestEveryStageShowsAndEnds(t *testing.T) {
	data := datasettest.Bars(t, 15*8, 6, 6, 3)
	run := func(dir string, tell func(Progress, context.CancelFunc)) (Result, error) {
		job := searchJob(t, interp.Engine{}, data, dir)
		defer job.Dir.Close()
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		job.Config.Train.Epochs = 1 // 12 steps
		job.Progress = func(p Progress) { tell(p, cancel) }
		return job.Run(ctx)
	}
	stages := []Stage{Searching, Deriving, Judging}
	var told []Progress
	want, err := run(filepath.Join(t.TempDir(), "whole"), func(p Progress, _ context.CancelFunc) { told = append(told, p) })
	if err != nil {
		t.Fatal(err)
	}
	at := 0
	for _, s := range stages {
		n := 0
		for ; at < len(told) && told[at].Stage == s; at++ {
			if n++; told[at].Done < n {
				t.Errorf("%s: step %d after %d", s, told[at].Done, n-1)
			}
		}
		if last := told[max(at-1, 0)]; n == 0 || last.Stage != s || last.Done != last.Steps {
			t.Errorf("%s ends at step %d of %d", s, last.Done, last.Steps)
		}
	}
	if at != len(told) || told[at-1].Steps != len(want.Judged) {
		t.Errorf("%d of %d reports were in order, the last %+v for %d candidates", at, len(told), told[at-1], len(want.Judged))
	}
	for _, stop := range stages {
		dir := filepath.Join(t.TempDir(), string(stop))
		if _, err := run(dir, func(p Progress, cancel context.CancelFunc) {
			if p.Stage == stop {
				cancel()
			}
		}); !errors.Is(err, context.Canceled) {
			t.Errorf("interrupted in %s: %v", stop, err)
		}
		got, err := run(dir, func(Progress, context.CancelFunc) {})
		if err != nil || !reflect.DeepEqual(got.Judged, want.Judged) || !reflect.DeepEqual(got.Probabilities, want.Probabilities) {
			t.Errorf("resumed after %s: %v, other candidates", stop, err)
		}
	}
}

// TestChosenOfAnOlderSearch: an option that has been merged since is replaced by
// the one that gives the same networks.
func TestChosenOfAnOlderSearch(t *testing.T) {
	space, err := models.ParseSpace([]byte(colliding))
	if err != nil {
		t.Fatal(err)
	}
	var s Summary
	for _, c := range space.Choices() {
		d := Decided{Name: c.Name, Options: c.Options, Chosen: c.Options[len(c.Options)-1]}
		if c.Kind == models.Expansion {
			d.Options, d.Chosen = []models.Option{models.Number(1), models.Number(1.2), models.Number(1.4), models.Number(2)}, models.Number(1.2)
		}
		s.Choices = append(s.Choices, d)
	}
	want := space.Largest()
	for i, c := range space.Choices() {
		if c.Kind == models.Expansion {
			want[i] = 0
		}
	}
	if got, err := s.Chosen(space); err != nil || !slices.Equal(got, want) {
		t.Errorf("chosen %v (%v), want %v", got, err, want)
	}
}
