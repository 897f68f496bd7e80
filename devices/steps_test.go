package devices

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// steps are what is asked of a remote device from the first file to the end of
// a run, by a part of the order. The first that fits is meant.
var steps = []struct{ name, part string }{
	{"make the folders", "/files' '"},
	{"ask how it is", "thermalservice"},
	{"ask for the mode", "set-fixed-performance"},
	{"what lies there", "find . -type f"},
	{"make a folder", "mkdir -p '/"},
	{"put a file", "put /"},
	{"verify", "$h './"},
	{"launch", "setsid"},
	{"follow", "tail -c +"},
	{"clear", "tail -c 8192"},
}

func stepOf(order string) string {
	for _, s := range steps {
		if strings.Contains(order, s.part) {
			return s.name
		}
	}
	return ""
}

// jobOn does all that a measurement does to a phone; the program notes in a
// file each time that it is run.
func jobOn(t *testing.T, h *host, base, mark string) (string, error) {
	r, err := dial(t.Context(), "board", h, base)
	if err != nil {
		t.Fatal(err)
	}
	a := &android{r}
	r.pace = pace{first: time.Millisecond, most: 20 * time.Millisecond, slow: time.Minute, patience: 50 * time.Millisecond}
	if err := r.Push(t.Context(), "models/a.onnx", []byte("abc")); err != nil {
		return "", err
	}
	_, _ = a.State(t.Context()) // a device that does not say how it is is measured all the same
	if can, err := a.FixedPerformance(t.Context()); err != nil || !can {
		return "", err
	}
	p, err := a.StartFixed(t.Context(), []string{"/bin/sh", "-c", fmt.Sprintf("echo run >>%s; cat; cat %s/models/a.onnx", mark, r.Folder())}, nil)
	if err != nil {
		return "", err
	}
	return outcomeOf(p, "request\n")
}

// withMode puts Android's command for the mode among this machine's; the mode
// is in the file that is returned.
func withMode(t *testing.T) string {
	t.Helper()
	bin := t.TempDir()
	script := "#!/bin/sh\necho $3 >" + bin + "/mode\n"
	if err := os.WriteFile(bin+"/cmd", []byte(script), 0o700); err != nil {
		t.Fatal(err)
	}
	t.Setenv("PATH", bin+":"+os.Getenv("PATH"))
	return bin + "/mode"
}

// settle waits for a program that nobody follows any more.
func settle(base string) {
	pids, _ := filepath.Glob(base + "/runs/*/pid")
	for _, path := range pids {
		var pid int
		text, _ := os.ReadFile(path)
		for fmt.Sscan(string(text), &pid); pid > 1 && syscall.Kill(-pid, 0) == nil; {
			time.Sleep(time.Millisecond)
		}
	}
}

// Wherever the connection breaks, before an order or before its answer, and
// whether or not it comes back: the program is run once, its output is whole or
// an error says that the connection is to blame, and no wrong word is said. A
// phone is left in its default mode.
func TestFaultAtEveryStep(t *testing.T) {
	mode := withMode(t)
	const want, once = "request\nabc", "run\n"
	for _, step := range steps[1:] { // a device that was never reached is another matter
		for _, kind := range []struct {
			name string
			err  error
			back bool
		}{
			{"order lost", errLost, true},
			{"answer lost", answerLost{}, true},
			{"gone for good", errLost, false},
		} {
			base := t.TempDir() + "/base"
			mark := base + ".mark"
			hit := false
			h := &host{fail: func(_ int, order string) error {
				if stepOf(order) == "" {
					t.Errorf("no step: %s", order)
				}
				if hit && kind.back || !hit && stepOf(order) != step.name {
					return nil
				}
				hit = true
				return kind.err
			}}
			out, err := jobOn(t, h, base, mark)
			settle(base)
			runs, _ := os.ReadFile(mark)
			if left, _ := os.ReadFile(mode); string(left) == "true\n" {
				t.Errorf("%s at %q: fixed-performance mode is left on", kind.name, step.name)
			}
			whole := out == want && err == nil && string(runs) == once
			lost := strings.HasPrefix(want, out) && IsLost(err) && strings.HasPrefix(once, string(runs))
			if !hit || !whole && (kind.back || !lost) {
				t.Errorf("%s at %q (hit: %t): %q, %v, run %q", kind.name, step.name, hit, out, err, runs)
			}
		}
	}
}

// A device whose answers are garbage ends a run; it is not waited for.
func TestGarbageAnswers(t *testing.T) {
	for _, state := range []string{"", "exit", "exit x", "nonsense", "\x00\xff"} {
		if err := ended(state); err == nil || IsLost(err) {
			t.Errorf("%q: %v", state, err)
		}
	}
	var exit *exitError
	if err := ended("exit 137"); !errors.As(err, &exit) || !strings.Contains(err.Error(), "memory") {
		t.Error(err)
	}
	if err := ended("exit 0"); err != nil {
		t.Error(err)
	}
	if _, err := io.WriteString((*input)(&detached{closed: true}), "x"); !errors.Is(err, io.ErrClosedPipe) {
		t.Error(err)
	}
}
