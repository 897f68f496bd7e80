package main

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"fbnas/models"
)

func TestPlan(t *testing.T) {
	if _, err := models.ParseArch([]byte(network)); err != nil {
		t.Error(err)
	}
	jobs, runs := plan(3), map[string]bool{}
	for _, j := range jobs {
		if runs[j.run()] {
			t.Errorf("two trainings in %s", j.run())
		}
		runs[j.run()] = true
		for i, a := range j.args() {
			if a == "SOURCE" || a == "--init-from" && !runs[j.args()[i+1]] {
				t.Errorf("%s starts from what is not there yet: %v", j.run(), j.args())
			}
		}
	}
}

func TestParts(t *testing.T) {
	labels := []byte{1, 0, 2, 2, 1, 2}
	images := make([]byte, len(labels)*pixels)
	for i := range labels {
		images[i*pixels] = byte(i)
	}
	for limit, want := range map[int][]byte{-1: {0, 2, 3, 4, 5}, 1: {0, 2}} {
		picked, classes := part{from: 1, to: 3}.pick(images, labels, limit)
		for k, i := range want {
			if len(classes) != len(want) || picked[k*pixels] != i || classes[k] != labels[i]-1 {
				t.Fatalf("limit %d: labels %v", limit, classes)
			}
		}
	}
	if h := header(1, 258); !slices.Equal(h, []byte{0, 0, 8, 1, 0, 0, 1, 2}) {
		t.Errorf("header %v", h)
	}
}

// TestFinished: a training's own summary gives the figures.
func TestFinished(t *testing.T) {
	s, j := trainer{folder: t.TempDir()}, plan(1)[0]
	if _, err := s.finished(j); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("error %v", err)
	}
	path := filepath.Join(s.folder, j.run(), "summary.json")
	if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o777), os.WriteFile(path, []byte(`{"top1": 0.75, "seconds": 2.5, "seed": 1}`), 0o666)); err != nil {
		t.Fatal(err)
	}
	want := figures{j.study.name, j.variant.name, j.study.common + " " + j.variant.flags, 1, 0.75, 2.5}
	if got, err := s.finished(j); err != nil || got != want {
		t.Errorf("%+v (%v), want %+v", got, err, want)
	}
}

// TestTables: differences are taken seed by seed, and what has not finished is
// left out.
func TestTables(t *testing.T) {
	var out bytes.Buffer
	err := writeTables(&out, plan(2), func(j job) (figures, error) {
		r := figures{Study: j.study.name, Variant: j.variant.name, Seed: j.seed, Top1: 0.5 + 0.2*float64(j.seed), Seconds: 3}
		switch {
		case r.Study != "techniques":
		case r.Variant == "none":
			return r, nil
		case r.Variant == "mixup 0.2":
			r.Top1 += 0.01 * float64(j.seed)
			return r, nil
		}
		return r, fs.ErrNotExist
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"| none | `` | 2 | 80.00 |  | 3.0 |\n",
		"| mixup 0.2 | `--mixup 0.2` | 2 | 81.50 | +1.50 ± 0.50 | 3.0 |\n",
	} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("the tables lack %q:\n%s", want, out.String())
		}
	}
	if n := strings.Count(out.String(), "| 3.0 |"); n != 2 {
		t.Errorf("%d rows, want 2", n)
	}
	bad := errors.New("bad")
	if err := writeTables(&out, plan(1), func(job) (figures, error) { return figures{}, bad }); !errors.Is(err, bad) {
		t.Errorf("error %v", err)
	}
}
