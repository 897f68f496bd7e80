package devices

import (
	"fmt"
	"io"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"fbnas/internal/await"
	"fbnas/internal/fault"
)

func TestDetached(t *testing.T) {
	big := strings.Repeat("0123456789abcde\n", 1<<17) // more than a chunk
	for _, c := range []struct {
		name, script, stdin, out, stderr, err string
	}{
		{name: "speaks", script: `read line; echo "$line $WORD"; echo oops >&2`, stdin: "hello\n", out: "hello it's\n", stderr: "oops\n"},
		{name: "fails", script: "echo some; exit 3", out: "some\n", err: "exit status 3"},
		{name: "is killed", script: "echo some; kill -9 $$", out: "some\n", err: "exit status 137"},
		{name: "says much", script: "cat", stdin: big, out: big},
		{name: "has a clean environment", script: `echo "$LD_PRELOAD$NOISE$BOOTCLASSPATH"; test "$HOME" = "$PWD"; test "$TMPDIR" = "$PWD"`, out: "it's kept\n"},
		{name: "leaves children", script: "sleep 1000 & echo up", out: "up\n"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Setenv("NOISE", "noise")
			t.Setenv("BOOTCLASSPATH", "it's kept")
			r := dialForTest(t, &host{}, t.TempDir()+"/base")
			p, err := r.Start(t.Context(), []string{"/bin/sh", "-ec", c.script}, []string{"WORD=it's"})
			if err != nil {
				t.Fatal(err)
			}
			out, err := outcomeOf(p, c.stdin)
			if out != c.out || p.Stderr() != c.stderr {
				t.Errorf("said %.80q and %q, want %.80q and %q", out, p.Stderr(), c.out, c.stderr)
			}
			if (err == nil) != (c.err == "") || err != nil && !strings.Contains(err.Error(), c.err) {
				t.Errorf("%v, want %q", err, c.err)
			}
			if IsLost(err) {
				t.Errorf("%v blames the connection", err)
			}
			left, _ := filepath.Glob(r.runsFolder() + "/*")
			if len(left) > 0 {
				t.Errorf("left %q", left)
			}
		})
	}
}

// every makes each n-th call fail, so that either the order or its answer is
// lost.
func every(n int, err error) func(int, string) error {
	return func(call int, _ string) error {
		if call%n == 0 {
			return err
		}
		return nil
	}
}

// TestDetachedSurvives: a run continues while the connection is lost, and its
// output is complete and without repetitions afterwards.
func TestDetachedSurvives(t *testing.T) {
	const script = `i=0; while [ $i -lt 40 ]; do echo "line $i"; i=$((i+1)); sleep 0.01; done`
	var want strings.Builder
	for i := range 40 {
		fmt.Fprintf(&want, "line %d\n", i)
	}
	for name, fail := range map[string]func(int, string) error{
		"orders lost":  every(2, errLost),
		"answers lost": every(2, answerLost{}),
		"launch lost": func(call int, _ string) error {
			if call < 5 {
				return answerLost{}
			}
			return nil
		},
	} {
		t.Run(name, func(t *testing.T) {
			h := &host{}
			r := dialForTest(t, h, t.TempDir()+"/base")
			if err := r.Push(t.Context(), supervisorName(), supervisor); err != nil {
				t.Fatal(err)
			}
			h.calls, h.fail = 0, fail
			p, err := r.Start(t.Context(), []string{"/bin/sh", "-c", script}, nil)
			if err != nil {
				t.Fatal(err)
			}
			out, err := outcomeOf(p, "")
			if diff := cmp.Diff(want.String(), out); diff != "" || err != nil {
				t.Errorf("%v (-want +got):\n%s", err, diff)
			}
		})
	}
}

func TestDetachedWaitsAndGivesUp(t *testing.T) {
	h := &host{}
	r := dialForTest(t, h, t.TempDir()+"/base")
	r.pace.patience = 200 * time.Millisecond
	p, err := r.Start(t.Context(), []string{"/bin/sh", "-c", "echo up; exec sleep 1000"}, nil)
	if err != nil {
		t.Fatal(err)
	}
	p.Stdin.Close()
	if _, err := io.ReadFull(p.Stdout, make([]byte, 3)); err != nil || why(p) != "" {
		t.Fatalf("%v, %v, waits for %q", err, p.Wait(), why(p))
	}
	h.faults(func(int, string) error { return fmt.Errorf("cable pulled: %w", errLost) })
	await.Until(t, "the cable is missed", func() bool { return why(p) != "" })
	if why, left := p.Waiting(); !strings.Contains(why, "cable pulled") || left > r.pace.patience {
		t.Errorf("waits %v for %q", left, why)
	}
	io.ReadAll(p.Stdout)
	if err := p.Wait(); !IsLost(err) || !IsFinal(err) || fault.CodeOf(err) != fault.Device || fault.HintOf(err) == "" {
		t.Errorf("%v (hint %q)", err, fault.HintOf(err))
	}
	// What is left there belongs to this program: its next run ends it.
	h.faults(nil)
	next, err := r.Start(t.Context(), []string{"/bin/echo", "next"}, nil)
	if err != nil {
		t.Fatal(err)
	}
	if out, err := outcomeOf(next, ""); out != "next\n" || err != nil {
		t.Errorf("%q, %v", out, err)
	}
}

func why(p *Process) string {
	why, _ := p.Waiting()
	return why
}

// TestDetachedSlow: a device that does not answer gets time before anything
// fails.
func TestDetachedSlow(t *testing.T) {
	h := &host{}
	r := dialForTest(t, h, t.TempDir()+"/base")
	r.pace.slow = time.Millisecond
	p, err := r.Start(t.Context(), []string{"/bin/echo", "up"}, nil)
	if err != nil {
		t.Fatal(err)
	}
	go func() {
		p.Stdin.Close()
		io.ReadAll(p.Stdout)
	}()
	await.Until(t, "the answer is missed", func() bool { return why(p) == "it has not answered for 1ms" })
	if err := p.Wait(); err != nil || why(p) != "" {
		t.Errorf("%v, waits for %q", err, why(p))
	}
}

// TestDetachedLongInput: an input that takes long to send does not count as a
// device that does not answer: the program has not begun, and its run has an
// owner.
func TestDetachedLongInput(t *testing.T) {
	base := t.TempDir() + "/base"
	h := &host{}
	r := dialForTest(t, h, base)
	r.pace.slow = time.Nanosecond
	sending, sent := make(chan struct{}), make(chan struct{})
	h.faults(func(_ int, script string) error {
		if strings.HasSuffix(script, "/in") {
			close(sending)
			<-sent
		}
		return nil
	})
	p, err := r.Start(t.Context(), []string{"/bin/cat"}, nil)
	if err != nil {
		t.Fatal(err)
	}
	began := func() bool {
		select {
		case <-p.Started:
			return true
		default:
			return false
		}
	}
	images := strings.Repeat("image", chunk)
	io.WriteString(p.Stdin, images)
	p.Stdin.Close()
	<-sending
	if leases, _ := filepath.Glob(base + "/runs/*/lease"); began() || why(p) != "" || len(leases) != 1 {
		t.Errorf("began %v, waits for %q, leases %v", began(), why(p), leases)
	}
	close(sent)
	if out, _ := io.ReadAll(p.Stdout); string(out) != images || p.Wait() != nil || !began() {
		t.Errorf("%d bytes came back, began %v", len(out), began())
	}
}

// TestDetachedImpatient: without patience nothing is tried twice, and the next
// program ends the run there.
func TestDetachedImpatient(t *testing.T) {
	h := &host{}
	r := dialForTest(t, h, t.TempDir()+"/base")
	r.wait(0, nil)
	p, err := r.Start(t.Context(), []string{"/bin/echo", "up"}, nil)
	if err != nil {
		t.Fatal(err)
	}
	before := h.count("")
	h.faults(func(int, string) error { return errLost })
	if out, err := outcomeOf(p, ""); out != "" || !IsFinal(err) || fault.ExitCode(err) != 4 {
		t.Errorf("%q, %v", out, err)
	}
	if n := h.count("") - before; n > 2 { // the query, and cleaning up
		t.Errorf("%d questions to a lost device", n)
	}
	if err := r.Push(t.Context(), "x", nil); !IsFinal(err) || h.count("")-before > 3 {
		t.Errorf("%v after %d questions", err, h.count("")-before)
	}
}
