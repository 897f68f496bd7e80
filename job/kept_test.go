package job

import (
	"bytes"
	"errors"
	"log/slog"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"fbnas/dataset"
	"fbnas/dataset/datasettest"
	"fbnas/internal/fault"
	"fbnas/internal/rundir"
)

// TestRunsOfOld: a run from before data were remembered resumes where its test
// images must be the same ones, and warns of what is unknown.
func TestRunsOfOld(t *testing.T) {
	set := datasettest.Bars(t, 12, 6, 6, 3)
	for _, c := range []struct {
		kept   bool
		code   fault.Code
		warned string
	}{
		{false, "", "old does not say which data it read"},
		{true, fault.Usage, ""},
	} {
		set.KeptForTest = c.kept
		var errOut bytes.Buffer
		env := telling(&errOut)
		err := sameData(env, "old", "", set)
		if got := fault.CodeOf(err); err != nil && got != c.code || (err == nil) != (c.code == "") {
			t.Errorf("kept for the test %v: %v", c.kept, err)
		}
		if !strings.Contains(errOut.String(), c.warned) {
			t.Errorf("warned %q, want %q", errOut.String(), c.warned)
		}
		errOut.Reset()
		checkSource(env, Source{Name: "old network"}, set, set.Test)
		if said := strings.Contains(errOut.String(), "old network does not say what it was trained on"); said != c.kept {
			t.Errorf("kept for the test %v: said %q", c.kept, errOut.String())
		}
	}
}

// TestImagesThatWereLearned: what a network was trained on is looked for in the
// runs on its data, and in no other run, however new.
func TestImagesThatWereLearned(t *testing.T) {
	t.Chdir(t.TempDir())
	set := datasettest.Bars(t, 12, 6, 6, 3)
	set.Name = "bars"
	for hour, r := range []struct {
		name, digest string
		images       dataset.Manifest
	}{{"on-its-data", "mine", set.Manifest()}, {"on-others", "others", fourPictures(t, 255).Manifest()}} {
		folder := filepath.Join(RunsFolder, r.name)
		dir, err := rundir.Create(folder, "train", TrainConfig{DataDigest: r.digest}, rundir.Options{Now: func() time.Time { return time.Date(2026, 1, 1, hour, 0, 0, 0, time.UTC) }})
		if err != nil {
			t.Fatal(err)
		}
		if err := errors.Join(r.images.Write(filepath.Join(folder, rundir.DataName)), dir.Finish(struct{}{}), dir.Close()); err != nil {
			t.Fatal(err)
		}
	}
	for _, c := range []struct {
		source Source
		images *dataset.Split
		want   string
	}{
		{Source{Name: "net", Digest: "mine"}, set.Train, `level=WARN msg="12 of the 12 images of bars were training images of net: `},
		{Source{Name: "net", Digest: "mine"}, set.Test, `level=INFO msg="0 of the 6 images of bars were training images of net"`},
		{Source{Name: "net", Digest: "others"}, set.Train, `level=INFO msg="0 of the 12 images of bars were training images of net"`},
		{Source{Name: "net", Digest: "unknown"}, set.Train, `level=WARN msg="bars is not the data set that net was trained on: `},
		{Source{Name: "net", Digest: "mine", Run: filepath.Join(RunsFolder, "on-others")}, set.Train, `level=WARN msg="bars is not the data set that net was trained on: `},
		{Source{Name: "net", Digest: set.Summary.Digest}, set.Train, ""},
	} {
		var said bytes.Buffer
		if checkSource(telling(&said), c.source, set, c.images); !strings.HasPrefix(said.String(), c.want) || c.want == "" && said.Len() > 0 {
			t.Errorf("%+v: %s, want %s", c.source, said.String(), c.want)
		}
	}
}

// telling is an Env whose notes and warnings are written to w, a line each.
func telling(w *bytes.Buffer) *Env {
	plain := func(_ []string, a slog.Attr) slog.Attr {
		if a.Key == slog.TimeKey {
			return slog.Attr{}
		}
		return a
	}
	return &Env{Log: slog.New(slog.NewTextHandler(w, &slog.HandlerOptions{ReplaceAttr: plain}))}
}

func TestRelocated(t *testing.T) {
	here, err := filepath.Abs("photos")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ kept, given, want string }{
		{"photos", "./photos/", "photos"}, // as an old run spells it
		{here, "photos", here},
		{here, "/data/others", "/data/others"},
		{"fashion-mnist", "fashion-mnist", "fashion-mnist"},
		{"", "photos", here},
	} {
		if got := relocated(c.kept, c.given); got != c.want {
			t.Errorf("%q given for %q: %q, want %q", c.given, c.kept, got, c.want)
		}
	}
	if !dataset.IsBuiltin("fashion-mnist") || dataset.IsBuiltin(here) {
		t.Error("a built-in set is one by its name")
	}
}
