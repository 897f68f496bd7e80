package devices

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"fbnas/internal/fault"
)

// TestRestartLosesFiles: a restarted device is queried again for its files,
// because pushed files may not have reached its disk.
func TestRestartLosesFiles(t *testing.T) {
	r := dialForTest(t, &host{}, t.TempDir()+"/base")
	push := func() {
		t.Helper()
		if err := r.Push(t.Context(), "a.onnx", []byte("abc")); err != nil {
			t.Fatal(err)
		}
	}
	run := func(script string) (string, error) {
		t.Helper()
		p, err := r.Start(t.Context(), []string{"/bin/sh", "-c", script}, nil)
		if err != nil {
			t.Fatal(err)
		}
		return outcomeOf(p, "")
	}
	push()
	if out, err := run("kill -9 0"); !IsLost(err) {
		t.Fatalf("%q, %v", out, err)
	}
	for _, name := range []string{"a.onnx", supervisorName()} {
		if err := os.Truncate(r.Folder()+"/"+name, 0); err != nil {
			t.Fatal(err)
		}
	}
	push()
	if out, err := run("cat " + quote(r.Folder()+"/a.onnx")); out != "abc" || err != nil {
		t.Errorf("%q, %v", out, err)
	}
}

// TestDetachedLeftover: a run that a killed program left is ended by the next
// program, but not while somebody follows it.
func TestDetachedLeftover(t *testing.T) {
	base := t.TempDir() + "/base"
	first, second := dialForTest(t, &host{}, base), dialForTest(t, &host{}, base)
	p, err := first.Start(t.Context(), []string{"/bin/sh", "-c", "echo up; sleep 1000"}, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer p.Kill()
	p.Stdin.Close()
	if _, err := io.ReadFull(p.Stdout, make([]byte, 3)); err != nil {
		t.Fatal(err, p.Wait())
	}
	start := func() (string, error) {
		q, err := second.Start(t.Context(), []string{"/bin/echo", "mine"}, nil)
		if err != nil {
			t.Fatal(err)
		}
		return outcomeOf(q, "")
	}
	if _, err := start(); err == nil || !strings.Contains(err.Error(), "another fbnas") || fault.CodeOf(err) != fault.Device {
		t.Errorf("measures beside another: %v", err)
	}
	if removed, err := cleanRemote(t.Context(), "board", second.sh, base); err != nil || len(removed) != 0 {
		t.Errorf("removed %q, %v", removed, err)
	}
	first.sh.(*host).faults(func(int, string) error { return errLost }) // as if it were killed
	lease := base + "/runs/" + first.owner.token + "-1/lease"
	if err := os.WriteFile(lease, []byte("1000\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if out, err := start(); out != "mine\n" || err != nil {
		t.Errorf("%q, %v", out, err)
	}
	if _, err := os.Stat(filepath.Dir(lease)); err == nil {
		t.Error("the leftover is still there")
	}
	removed, err := cleanRemote(t.Context(), "board", second.sh, base)
	if _, left := os.Stat(base); err != nil || len(removed) != 1 || left == nil {
		t.Errorf("removed %q, %v", removed, err)
	}
}

func TestDetachedKill(t *testing.T) {
	for name, end := range map[string]func(p *Process, cancel func()){
		"killed":     func(p *Process, _ func()) { p.Kill() },
		"context":    func(_ *Process, cancel func()) { cancel() },
		"not closed": nil,
	} {
		t.Run(name, func(t *testing.T) {
			r := dialForTest(t, &host{}, t.TempDir()+"/base")
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			p, err := r.Start(ctx, []string{"/bin/sh", "-c", "echo up; sleep 1000 & sleep 1000"}, nil)
			if err != nil {
				t.Fatal(err)
			}
			if end == nil {
				p.Kill()
			} else {
				p.Stdin.Close()
				if _, err := io.ReadFull(p.Stdout, make([]byte, 3)); err != nil {
					t.Fatal(err)
				}
				end(p, cancel)
			}
			io.ReadAll(p.Stdout)
			if err := p.Wait(); !errors.Is(err, context.Canceled) {
				t.Error(err)
			}
		})
	}
}

// TestDetachedGone: after a restart of the device nothing of the run is there, or
// only its files, with a process identifier that belongs to another process.
func TestDetachedGone(t *testing.T) {
	for name, restart := range map[string]func(pid, folder string){
		"files left": func(string, string) {},
		"nothing":    func(_, folder string) { os.RemoveAll(folder) },
		"other pid":  func(pid, _ string) { os.WriteFile(pid, fmt.Appendln(nil, os.Getpid()), 0o600) },
	} {
		t.Run(name, func(t *testing.T) {
			r := dialForTest(t, &host{}, t.TempDir()+"/base")
			p, err := r.Start(t.Context(), []string{"/bin/sh", "-c", "echo up; sleep 1000"}, nil)
			if err != nil {
				t.Fatal(err)
			}
			p.Stdin.Close()
			if _, err := io.ReadFull(p.Stdout, make([]byte, 3)); err != nil {
				t.Fatal(err)
			}
			folder := r.runsFolder() + "/" + r.owner.token + "-1"
			text, _ := os.ReadFile(folder + "/pid")
			var pid int
			fmt.Sscan(string(text), &pid)
			if pid < 2 {
				t.Fatalf("pid %q", text)
			}
			syscall.Kill(-pid, syscall.SIGKILL)
			restart(folder+"/pid", folder)
			io.ReadAll(p.Stdout)
			if err := p.Wait(); !errors.Is(err, errGone) || !IsLost(err) {
				t.Error(err)
			}
		})
	}
}
