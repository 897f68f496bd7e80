package atomicfile_test

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"fbnas/internal/atomicfile"
	"fbnas/internal/fault"
)

// place is a folder that contains one thing of each kind.
func place(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	join := func(name string) string { return filepath.Join(dir, name) }
	for _, err := range []error{
		os.Mkdir(join("folder"), 0o755),
		os.WriteFile(join("file"), []byte("old"), 0o644),
		os.WriteFile(join("fixed"), []byte("old"), 0o444),
		os.Symlink("nowhere", join("dangling")),
		os.Symlink("folder", join("link")),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func contents(t *testing.T, dir string) string {
	t.Helper()
	var names []string
	err := filepath.WalkDir(dir, func(path string, _ os.DirEntry, err error) error {
		names = append(names, path)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return strings.Join(names, "\n")
}

// TestCheckForetellsWrite: what Check refuses has its code and its reason, and
// Write can write what Check accepts; Check leaves no trace, nor does a failed write.
func TestCheckForetellsWrite(t *testing.T) {
	const ok fault.Code = ""
	for _, c := range []struct {
		path   string
		code   fault.Code
		reason string
	}{
		{"new", ok, ""},
		{"file", ok, ""},
		{"folder/new", ok, ""},
		{"link/new", ok, ""},
		{"a/b/c/new", ok, ""},
		{"dangling", ok, ""}, // the link is replaced
		{strings.Repeat("n", 230), ok, ""},
		{"folder", fault.Usage, "folder is a folder"},
		{"link", fault.Usage, "link is a folder"},
		{"folder/", fault.Usage, "is not the name of a file"},
		{"none/", fault.Usage, "is not the name of a file"},
		{"file/new", fault.Usage, "file is a file, not a folder"},
		{"file/a/b/new", fault.Usage, "file is a file, not a folder"},
		{"dangling/new", fault.Usage, "dangling is a link to a folder that does not exist"},
		{"dangling/a/new", fault.Usage, "dangling is a link to a folder that does not exist"},
		{strings.Repeat("n", 300), fault.Usage, "name too long"},
		{strings.Repeat("n", 300) + "/new", fault.Usage, "name too long"},
		{"/dev/null", fault.Usage, "/dev/null is not a regular file"},
		{"/proc/new", fault.Failure, "write to folder /proc: "},
		{"/proc/none/new", fault.Failure, "write to folder /proc: "},
		{"fixed", fault.Failure, "fixed is read-only"},
	} {
		t.Run(c.path[:min(len(c.path), 20)], func(t *testing.T) {
			dir := place(t)
			path := c.path
			if !filepath.IsAbs(path) {
				path = dir + "/" + path
			}
			before := contents(t, dir)
			err := atomicfile.Check(path)
			if after := contents(t, dir); after != before {
				t.Errorf("Check left\n%s\nof\n%s", after, before)
			}
			if c.code != ok {
				if err == nil || fault.CodeOf(err) != c.code || !strings.Contains(err.Error(), c.reason) || fault.HintOf(err) == "" {
					t.Fatalf("error %v (%q, hint %q), want %q with %q", err, fault.CodeOf(err), fault.HintOf(err), c.code, c.reason)
				}
				return
			}
			if err != nil {
				t.Fatalf("refused: %v", err)
			}
			boom := errors.New("disk full")
			if err := atomicfile.Write(path, func(io.Writer) error { return boom }); !errors.Is(err, boom) {
				t.Errorf("error %v, want %v", err, boom)
			}
			if after := contents(t, dir); after != before {
				t.Errorf("a failed write left\n%s\nof\n%s", after, before)
			}
			if err := atomicfile.WriteBytes(path, []byte("new")); err != nil {
				t.Fatalf("write after Check: %v", err)
			}
			if got, err := os.ReadFile(path); err != nil || string(got) != "new" {
				t.Errorf("content %q (%v), want the new one", got, err)
			}
		})
	}
}

func TestCheckFolder(t *testing.T) {
	for name, reason := range map[string]string{
		"folder": "", "link": "", "folder/": "", "a/b": "",
		"file": "file is a file, not a folder", "file/a": "file is a file, not a folder", "dangling": "does not exist",
	} {
		dir := place(t)
		before := contents(t, dir)
		err := atomicfile.CheckFolder(dir + "/" + name)
		if reason == "" && err != nil || reason != "" && (fault.CodeOf(err) != fault.Usage || !strings.Contains(err.Error(), reason)) {
			t.Errorf("%s: error %v, want %q", name, err, reason)
		}
		if after := contents(t, dir); after != before {
			t.Errorf("%s: left\n%s\nof\n%s", name, after, before)
		}
	}
	if err := atomicfile.CheckFolder(""); fault.CodeOf(err) != fault.Usage {
		t.Errorf("no name: error %v, want %s", err, fault.Usage)
	}
	if err := atomicfile.CheckFolder("/proc/none"); fault.CodeOf(err) != fault.Failure {
		t.Errorf("/proc/none: error %v, want %s", err, fault.Failure)
	}
}
