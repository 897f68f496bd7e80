package devices

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"fbnas/internal/await"
)

// host is a shell on this machine, with faults.
type host struct {
	mu     sync.Mutex
	calls  int
	log    []string
	fail   func(call int, script string) error // nil: none
	mangle func(data []byte) []byte            // returns the data that arrive; nil: unchanged
}

func (h *host) next(script string) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.calls++
	h.log = append(h.log, script)
	if h.fail == nil {
		return nil
	}
	return h.fail(h.calls, script)
}

func (h *host) faults(fail func(call int, script string) error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.fail = fail
}

// answerLost says that an order was carried out but its answer was lost.
type answerLost struct{}

func (answerLost) Error() string { return "answer lost" }
func (answerLost) Unwrap() error { return errLost }

func (h *host) run(ctx context.Context, script string, stdin []byte) ([]byte, error) {
	err := h.next(script)
	if err != nil && err != (answerLost{}) {
		return nil, err
	}
	cmd := exec.CommandContext(ctx, "/bin/sh", "-c", script)
	cmd.Stdin = bytes.NewReader(stdin)
	out, exit := cmd.Output()
	var status *exec.ExitError
	switch {
	case err != nil:
		return nil, err
	case errors.As(exit, &status):
		return out, &exitError{status.ExitCode(), string(status.Stderr)}
	}
	return out, exit
}

func (h *host) put(_ context.Context, path string, data []byte, mode uint32) error {
	if err := h.next("put " + path); err != nil {
		return err
	}
	if h.mangle != nil {
		data = h.mangle(data)
	}
	return os.WriteFile(path, data, os.FileMode(mode))
}

func (h *host) close() error { return nil }

func (h *host) count(part string) int {
	h.mu.Lock()
	defer h.mu.Unlock()
	n := 0
	for _, s := range h.log {
		if strings.Contains(s, part) {
			n++
		}
	}
	return n
}

// dialForTest returns a remote device on this machine. At the end of the test it
// ends what still runs there.
func dialForTest(t *testing.T, h *host, base string) *remote {
	t.Helper()
	r, err := dial(t.Context(), "board", h, base)
	if err != nil {
		t.Fatal(err)
	}
	r.pace = pace{first: time.Millisecond, most: 20 * time.Millisecond, slow: time.Minute, patience: await.Left(t)}
	t.Cleanup(func() { endRuns(t, base) })
	return r
}

func endRuns(t *testing.T, base string) {
	pids, _ := filepath.Glob(base + "/runs/*/pid")
	for _, path := range pids {
		var pid int
		text, _ := os.ReadFile(path)
		if fmt.Sscan(string(text), &pid); pid > 1 && syscall.Kill(-pid, syscall.SIGKILL) == nil {
			t.Errorf("%s was left", path)
		}
	}
}

// outcomeOf writes the input, and returns the program's output.
func outcomeOf(p *Process, stdin string) (string, error) {
	io.WriteString(p.Stdin, stdin)
	p.Stdin.Close()
	out, _ := io.ReadAll(p.Stdout)
	return string(out), p.Wait()
}
