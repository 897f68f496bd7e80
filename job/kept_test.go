package job

import (
	"bytes"
	"log/slog"
	"path/filepath"
	"strings"
	"testing"

	"fbnas/dataset"
	"fbnas/dataset/datasettest"
	"fbnas/internal/fault"
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
