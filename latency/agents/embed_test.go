package agents

import (
	"bytes"
	"compress/gzip"
	"debug/elf"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"testing"
	"testing/fstest"
	"time"

	"fbnas/internal/fault"
)

func zipped(t *testing.T, content string) *fstest.MapFile {
	t.Helper()
	var out bytes.Buffer
	z := gzip.NewWriter(&out)
	if _, err := z.Write([]byte(content)); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return &fstest.MapFile{Data: out.Bytes()}
}

// damage writes a file as after a disk fault: its time is unchanged.
func damage(path string, content []byte) error {
	info, err := os.Stat(path)
	if err != nil {
		return err
	}
	if err := os.WriteFile(path, content, 0o755); err != nil {
		return err
	}
	return os.Chtimes(path, info.ModTime(), info.ModTime())
}

const script = "#!/bin/sh\necho an agent\n"

// TestUnpackedOnce: the file in the cache stays as it is while it is intact, is
// replaced if it is not, and can be started.
func TestUnpackedOnce(t *testing.T) {
	cache := t.TempDir()
	t.Setenv("FBNAS_CACHE", cache)
	t.Setenv("FBNAS_AGENT", "")
	f := finder{
		embedded: fstest.MapFS{"fbnas-agent-" + runtime.GOOS + "-" + runtime.GOARCH + ".gz": zipped(t, script)},
		program:  cache + "/fbnas",
	}
	var path string
	then := time.Unix(1, 0)
	for _, c := range []struct {
		name string
		do   func() error
		kept bool
	}{
		{"nothing", func() error { return nil }, false},
		{"nothing", func() error { return nil }, true},
		{"another byte", func() error { return damage(path, []byte("@"+script[1:])) }, false},
		{"a lost end", func() error { return damage(path, []byte(script[:9])) }, false},
		{"a lost permission", func() error { return os.Chmod(path, 0o644) }, false},
		{"a lost file", func() error { return os.Remove(path) }, false},
		{"nothing", func() error { return nil }, true},
	} {
		if err := c.do(); err != nil {
			t.Fatal(err)
		}
		argv, err := f.here()
		if err != nil || len(argv) != 1 {
			t.Fatalf("after %s: %q, %v", c.name, argv, err)
		}
		path = argv[0]
		if out, err := exec.Command(path).Output(); err != nil || string(out) != "an agent\n" {
			t.Errorf("after %s: it says %q, %v", c.name, out, err)
		}
		info, err := os.Stat(path)
		if err != nil {
			t.Fatal(err)
		}
		if kept := info.ModTime().Equal(then); kept != c.kept {
			t.Errorf("after %s: the file was kept: %v, want %v", c.name, kept, c.kept)
		}
		if err := os.Chtimes(path, then, then); err != nil {
			t.Fatal(err)
		}
	}
	if there, err := filepath.Glob(cache + "/agents/*/*"); err != nil || len(there) != 1 || there[0] != path {
		t.Errorf("the cache has %q (%v), want only %s", there, err, path)
	}
}

// TestVersionsLieApart: two programs with different agents do not overwrite each
// other's.
func TestVersionsLieApart(t *testing.T) {
	t.Setenv("FBNAS_CACHE", t.TempDir())
	one, err := install([]byte("one"))
	if err != nil {
		t.Fatal(err)
	}
	two, err := install([]byte("two"))
	if err != nil || one == two {
		t.Errorf("%s and %s, %v", one, two, err)
	}
}

func TestUnpackSaysWhatToDo(t *testing.T) {
	whole := zipped(t, script).Data
	for name, data := range map[string][]byte{
		"no header": []byte("an agent"),
		"cut off":   whole[:len(whole)-9],
		"no sum":    append(bytes.Clone(whole[:len(whole)-8]), make([]byte, 8)...),
	} {
		_, err := unpack(fstest.MapFS{"agent.gz": {Data: data}}, "agent.gz")
		if err == nil || fault.ExitCode(err) != 1 || fault.HintOf(err) != "Run make build again." {
			t.Errorf("%s: %v (hint %q)", name, err, fault.HintOf(err))
		}
	}
	file := write(t, t.TempDir()+"/file", "", 0o644)
	t.Setenv("FBNAS_CACHE", file)
	if _, err := install([]byte("one")); err == nil || fault.ExitCode(err) != 1 || fault.HintOf(err) == "" {
		t.Errorf("a cache that is a file: %v (hint %q)", err, fault.HintOf(err))
	}
}

// TestBuilt checks the agents that make build has put here, if it was run.
func TestBuilt(t *testing.T) {
	machines := map[string]elf.Machine{
		"fbnas-agent-linux-amd64.gz": elf.EM_X86_64,
		"fbnas-agent-linux-arm64.gz": elf.EM_AARCH64,
	}
	f, err := usual()
	if err != nil {
		t.Fatal(err)
	}
	entries, err := fs.ReadDir(f.embedded, ".")
	if err != nil || len(entries) == 0 {
		t.Fatalf("%d files, %v", len(entries), err)
	}
	for _, e := range entries {
		if e.Name() == "README.md" || e.Name() == ".gitignore" {
			continue
		}
		content, err := unpack(f.embedded, e.Name())
		if err != nil {
			t.Errorf("%s: %v", e.Name(), err)
			continue
		}
		if program, err := elf.NewFile(bytes.NewReader(content)); err != nil || program.Machine != machines[e.Name()] {
			t.Errorf("%s is not a program for the processor in its name, or is not looked for: %v", e.Name(), err)
		}
	}
}
