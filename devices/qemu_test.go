package devices

import (
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"fbnas/internal/fault"
)

// fakeQEMU puts a program into PATH that acts as the emulator and runs its
// arguments.
func fakeQEMU(t *testing.T) {
	t.Helper()
	bin := t.TempDir()
	script := "#!/bin/sh\nif [ \"$1\" = --version ]; then echo 'qemu-aarch64 version 0'; echo more; exit; fi\necho emulated\nexec \"$@\"\n"
	if err := os.WriteFile(filepath.Join(bin, "qemu-aarch64-static"), []byte(script), 0o755); err != nil {
		t.Fatal(err)
	}
	t.Setenv("PATH", bin+":"+os.Getenv("PATH"))
	t.Setenv("FBNAS_CACHE", t.TempDir())
}

func TestQEMU(t *testing.T) {
	fakeQEMU(t)
	d, err := Open(t.Context(), "qemu")
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	id, err := d.Identity(t.Context())
	if err != nil || id.Arch != "arm64" || id.Emulator != "qemu-aarch64 version 0" || id.MaxKHz != nil || id.Cores < 1 {
		t.Errorf("%+v, %v", id, err)
	}
	if s, err := d.State(t.Context()); err != nil || s.FreeBytes == 0 {
		t.Errorf("%+v, %v", s, err)
	}
	if err := d.Push(t.Context(), "bundle/text", []byte("abc\n")); err != nil {
		t.Fatal(err)
	}
	p, err := d.Start(t.Context(), []string{"/bin/cat", d.Folder() + "/bundle/text"}, nil)
	if err != nil {
		t.Fatal(err)
	}
	p.Stdin.Close()
	out, err := io.ReadAll(p.Stdout)
	if err := errors.Join(err, p.Wait()); err != nil || string(out) != "emulated\nabc\n" {
		t.Errorf("a program says %q, %v", out, err)
	}
	removed, err := Clean(t.Context(), "qemu")
	if err != nil || len(removed) == 0 {
		t.Errorf("cleaned %q, %v", removed, err)
	}
	if _, err := os.Stat(d.Folder()); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("Clean left the folder: %v", err)
	}
}

func TestNoQEMU(t *testing.T) {
	t.Setenv("PATH", t.TempDir())
	t.Setenv("FBNAS_CACHE", t.TempDir())
	_, err := Open(t.Context(), "qemu")
	if fault.ExitCode(err) != 4 || fault.HintOf(err) != "Run: fbnas setup qemu-user-static" {
		t.Errorf("%v (hint %q)", err, fault.HintOf(err))
	}
}

func TestLocalShell(t *testing.T) {
	var sh localShell
	out, err := sh.run(t.Context(), "cat; echo $((6*7))", []byte("in "))
	if err != nil || string(out) != "in 42\n" {
		t.Errorf("%q, %v", out, err)
	}
	var exit *exitError
	if _, err := sh.run(t.Context(), "echo why >&2; exit 7", nil); !errors.As(err, &exit) || exit.status != 7 || exit.stderr != "why" {
		t.Errorf("exit status 7: %v", err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if _, err := sh.run(ctx, "sleep 60 & sleep 60", nil); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("a script that lasts: %v", err)
	}
	path := filepath.Join(t.TempDir(), "x")
	if err := sh.put(t.Context(), path, []byte("#!/bin/sh\necho run"), 0o700); err != nil {
		t.Fatal(err)
	}
	if out, err := sh.run(t.Context(), path, nil); err != nil || strings.TrimSpace(string(out)) != "run" {
		t.Errorf("%q, %v", out, err)
	}
	if err := sh.put(t.Context(), filepath.Join(path, "below a file"), nil, 0o600); err == nil {
		t.Error("put a file below a file")
	}
}
