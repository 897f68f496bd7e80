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

	"fbnas/internal/fault"
)

// steps are the orders to a remote device from the first file to the end of a
// run, recognised by a part of the order; the first match counts.
var steps = []struct {
	name, part string
	writes     bool // and so fails when the storage is full
	after      bool // only when something has failed
}{
	{name: "make the folders", part: "/files' '", writes: true},
	{name: "ask how it is", part: "thermalservice"},
	{name: "ask for the mode", part: "set-fixed-performance"},
	{name: "what lies there", part: "find . -type f"},
	{name: "make a folder", part: "mkdir -p '/", writes: true},
	{name: "put a file", part: "put /", writes: true},
	{name: "verify", part: "$h './"},
	{name: "launch", part: "setsid", writes: true},
	{name: "follow", part: "tail -c +"},
	{name: "is there room", part: "head -c 65536", writes: true, after: true},
	{name: "clear", part: "tail -c 8192"},
}

func stepOf(order string) string {
	for _, s := range steps {
		if strings.Contains(order, s.part) {
			return s.name
		}
	}
	return ""
}

// jobOn does everything that a measurement does to a phone; the program appends
// to a file each time that it runs.
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
	_, _ = a.State(t.Context()) // a device that does not report its state is measured all the same
	if can, err := a.FixedPerformance(t.Context()); err != nil || !can {
		return "", err
	}
	p, err := a.StartFixed(t.Context(), []string{"/bin/sh", "-c", fmt.Sprintf("echo run >>%s; cat; cat %s/models/a.onnx", mark, r.Folder())}, nil)
	if err != nil {
		return "", err
	}
	return outcomeOf(p, "request\n")
}

// withMode puts Android's command for the mode among this machine's; it returns
// the file with the mode.
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

// TestFaultAtEveryStep: wherever the connection breaks, before an order or before
// its answer, and whether or not it comes back, the program runs once, and its
// output is complete or an error blames the connection, with no wrong message. A
// phone is left in its default mode.
func TestFaultAtEveryStep(t *testing.T) {
	mode := withMode(t)
	const want, once = "request\nabc", "run\n"
	for _, step := range steps[1:] { // a device that was never reached is a different case
		if step.after {
			continue
		}
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

// TestFullAtEveryStep: wherever the storage becomes full, the program runs at
// most once, and the error says what is full and what to do.
func TestFullAtEveryStep(t *testing.T) {
	withMode(t)
	full := &exitError{1, "sh: write error: No space left on device"}
	for _, from := range steps[1:] {
		if !from.writes || from.after {
			continue
		}
		base := t.TempDir() + "/base"
		hit := false
		h := &host{fail: func(_ int, order string) error {
			for _, step := range steps {
				if step.name == stepOf(order) && step.writes && (hit || step.name == from.name) {
					hit = true
					return full
				}
			}
			return nil
		}}
		out, err := jobOn(t, h, base, base+".mark")
		settle(base)
		runs, _ := os.ReadFile(base + ".mark")
		if !hit || out != "" || len(runs) > 0 || !IsFinal(err) || IsLost(err) || !strings.Contains(err.Error(), base) ||
			!strings.Contains(fault.HintOf(err), "fbnas devices clean board") || fault.ExitCode(err) != 4 {
			t.Errorf("from %q on (hit: %t): %q, %v (hint %q), run %q", from.name, hit, out, err, fault.HintOf(err), runs)
		}
	}
}

// TestFullWhileARunGoesOn: there is no room for the output of a running program,
// or for the files of its supervisor. Its earlier output is kept.
func TestFullWhileARunGoesOn(t *testing.T) {
	for _, c := range []struct {
		name, script, out string
		full              []string // files in the run's folder, and in the base folder
		err               string
	}{
		{"its output", "echo up; echo more >&3", "up\n", []string{"room"}, "its storage is full"},
		{"the supervisor's exit status", "echo up", "up\n", []string{"room", "runs/RUN/exit.new"}, "its storage is full"},
		{"nothing", "echo up; exit 3", "up\n", nil, "exit status 3"},
	} {
		h := &host{}
		r := dialForTest(t, h, t.TempDir()+"/base")
		p, err := r.Start(t.Context(), []string{"/bin/sh", "-ec", "exec 3>/dev/full; " + c.script}, nil)
		if err != nil {
			t.Fatal(err)
		}
		run := r.owner.token + "-1"
		h.faults(func(int, string) error { // before each order
			for _, name := range c.full {
				path := r.base + "/" + strings.ReplaceAll(name, "RUN", run)
				_ = os.Symlink("/dev/full", path) // it exists, or its folder does not yet
			}
			return nil
		})
		out, err := outcomeOf(p, "")
		full := c.full != nil
		if out != c.out || err == nil || !strings.Contains(err.Error(), c.err) || IsFinal(err) != full || IsLost(err) ||
			full && (!strings.Contains(fault.HintOf(err), "fbnas devices clean board") || fault.ExitCode(err) != 4) {
			t.Errorf("%s: %q, %v (hint %q)", c.name, out, err, fault.HintOf(err))
		}
	}
}

// TestGarbageAnswers: a device that answers with garbage ends a run at once.
func TestGarbageAnswers(t *testing.T) {
	for _, state := range []string{"", "exit", "exit x", "nonsense", "\x00\xff"} {
		if err := endError(state); err == nil || IsLost(err) {
			t.Errorf("%q: %v", state, err)
		}
	}
	var exit *exitError
	if err := endError("exit 137"); !errors.As(err, &exit) || !strings.Contains(err.Error(), "memory") {
		t.Error(err)
	}
	if err := endError("exit 0"); err != nil {
		t.Error(err)
	}
	if _, err := io.WriteString((*input)(&detached{closed: true}), "x"); !errors.Is(err, io.ErrClosedPipe) {
		t.Error(err)
	}
}
