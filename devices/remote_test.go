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

	"github.com/google/go-cmp/cmp"

	"fbnas/internal/fault"
)

// host is a shell on this machine, with faults.
type host struct {
	mu     sync.Mutex
	calls  int
	log    []string
	fail   func(call int, script string) error // nil: none
	mangle func(data []byte) []byte            // what arrives; nil: all of it
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

// answerLost says that an order was carried out, and its answer lost.
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

// dialForTest returns a remote device on this machine. Whatever still runs
// there at the end of the test is ended.
func dialForTest(t *testing.T, h *host, base string) *remote {
	t.Helper()
	r, err := dial(t.Context(), "board", h, base)
	if err != nil {
		t.Fatal(err)
	}
	r.pace = pace{first: time.Millisecond, most: 20 * time.Millisecond, slow: time.Minute, patience: 20 * time.Second}
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

// outcomeOf writes the input, and returns what the program said.
func outcomeOf(p *Process, stdin string) (string, error) {
	io.WriteString(p.Stdin, stdin)
	p.Stdin.Close()
	out, _ := io.ReadAll(p.Stdout)
	return string(out), p.Wait()
}

func TestRemotePush(t *testing.T) {
	base := t.TempDir() + "/it's here"
	h := &host{}
	r := dialForTest(t, h, base)
	files := map[string]string{"a.onnx": "abc", "bundle-1/lib c.so": "\x7fELF...", "empty": ""}
	for range 2 {
		for name, text := range files {
			if err := r.Push(t.Context(), name, []byte(text)); err != nil {
				t.Fatal(err)
			}
		}
	}
	again := dialForTest(t, h, base)
	for name, text := range files {
		if err := again.Push(t.Context(), name, []byte(text)); err != nil {
			t.Fatal(err)
		}
		if got, err := os.ReadFile(r.Folder() + "/" + name); err != nil || string(got) != text {
			t.Errorf("%s holds %q, %v", name, got, err)
		}
	}
	if n := h.count("put "); n != len(files) {
		t.Errorf("%d files were put there, want %d", n, len(files))
	}
	if info, err := os.Stat(r.Folder() + "/bundle-1/lib c.so"); err != nil || info.Mode()&0o100 == 0 {
		t.Errorf("a program cannot be executed: %v, %v", info, err)
	}
	if err := again.Push(t.Context(), "a.onnx", []byte("other")); err != nil {
		t.Fatal(err)
	}
	if got, _ := os.ReadFile(r.Folder() + "/a.onnx"); string(got) != "other" {
		t.Errorf("another content was not put there: %q", got)
	}
	for _, name := range []string{"../x", "/etc/x", "a//b", "..", ".", ""} {
		if err := r.Push(t.Context(), name, nil); err == nil {
			t.Errorf("pushed %q", name)
		}
	}
}

func TestRemotePushFaults(t *testing.T) {
	lost := fmt.Errorf("cable pulled: %w", errLost)
	for _, c := range []struct {
		name   string
		fail   func(call int, script string) error
		mangle func([]byte) []byte
		want   string // in the error; "" for none
		hint   string
	}{
		{name: "lost once", fail: func(call int, _ string) error {
			if call == 2 {
				return lost
			}
			return nil
		}},
		{name: "lost for good", fail: func(int, string) error { return lost }, want: "cable pulled", hint: "cable"},
		{name: "disk full", fail: func(_ int, script string) error {
			if strings.HasPrefix(script, "put") {
				return &exitError{1, "cat: write error: No space left on device"}
			}
			return nil
		}, want: "No space left", hint: "fbnas devices clean board"},
		{name: "changed on its way", mangle: func([]byte) []byte { return []byte("abd") }, want: "arrived with SHA-256"},
	} {
		t.Run(c.name, func(t *testing.T) {
			h := &host{}
			r := dialForTest(t, h, t.TempDir()+"/base")
			r.pace.patience = 500 * time.Millisecond
			h.calls, h.fail, h.mangle = 0, c.fail, c.mangle
			err := r.Push(t.Context(), "a.onnx", []byte("abc"))
			if err == nil {
				err = r.verify(t.Context())
			}
			if c.want == "" {
				if err != nil {
					t.Error(err)
				}
				return
			}
			if err == nil || !strings.Contains(err.Error(), c.want) || fault.CodeOf(err) != fault.Device || !strings.Contains(fault.HintOf(err), c.hint) {
				t.Errorf("%v (hint %q)", err, fault.HintOf(err))
			}
			if _, err := os.Stat(r.Folder() + "/a.onnx"); err == nil {
				t.Error("a bad file was left")
			}
		})
	}
}

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

// every fails each n-th call, in a way that the order or its answer is lost.
func every(n int, err error) func(int, string) error {
	return func(call int, _ string) error {
		if call%n == 0 {
			return err
		}
		return nil
	}
}

// A run goes on while the connection is lost, and nothing is said twice or
// left out when it is back.
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
	for why(p) == "" {
		time.Sleep(time.Millisecond)
	}
	if why, left := p.Waiting(); !strings.Contains(why, "cable pulled") || left > r.pace.patience {
		t.Errorf("waits %v for %q", left, why)
	}
	io.ReadAll(p.Stdout)
	if err := p.Wait(); !IsLost(err) || !IsFinal(err) || fault.CodeOf(err) != fault.Device || fault.HintOf(err) == "" {
		t.Errorf("%v (hint %q)", err, fault.HintOf(err))
	}
	// What is left there is this program's own: its next run ends it.
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

// A device that does not answer is waited for before anything fails.
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
	for why(p) != "it has not answered for 1ms" {
		time.Sleep(time.Millisecond)
	}
	if err := p.Wait(); err != nil || why(p) != "" {
		t.Errorf("%v, waits for %q", err, why(p))
	}
}

// An input that takes long to send is no device that does not answer: the
// program has not begun, and its run is known to be somebody's.
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

// Without patience nothing is tried twice, and the run there is the next one's
// to end.
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
	if n := h.count("") - before; n > 2 { // what was asked, and to clear up
		t.Errorf("%d questions to a lost device", n)
	}
	if err := r.Push(t.Context(), "x", nil); !IsFinal(err) || h.count("")-before > 3 {
		t.Errorf("%v after %d questions", err, h.count("")-before)
	}
}

// A device that was restarted is asked again what it has: what was pushed may
// not have reached its disk.
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

// A run that a killed program has left is ended by the next program, but not
// while somebody follows it.
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

// The device is restarted: nothing of the run is there any more, or only its
// files, with a process identifier that means another process.
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

// The supervisor restores settings however the program ends.
func TestSupervisorRestores(t *testing.T) {
	for name, signal := range map[string]syscall.Signal{"by itself": 0, "by a signal": syscall.SIGTERM} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			write := func(name, text string) {
				if err := os.WriteFile(dir+"/"+name, []byte(text), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			write("supervise.sh", string(supervisor))
			write("restore", "false\necho restored >mark\n")
			write("in", "")
			cmd := exec.Command("sh", dir+"/supervise.sh", dir, "3600", "sh", "-c", "echo up; test "+fmt.Sprint(int(signal))+" = 0 || sleep 1000")
			cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
			if err := cmd.Start(); err != nil {
				t.Fatal(err)
			}
			for signal != 0 {
				if out, _ := os.ReadFile(dir + "/out"); len(out) > 0 {
					cmd.Process.Signal(signal)
					break
				}
				time.Sleep(time.Millisecond)
			}
			cmd.Wait()
			want := map[bool]string{true: "0\n", false: "143\n"}[signal == 0]
			mark, _ := os.ReadFile(dir + "/mark")
			exit, _ := os.ReadFile(dir + "/exit")
			owed, _ := os.ReadFile(dir + "/restore")
			if string(mark) != "restored\n" || string(exit) != want || string(owed) != "false\n" {
				t.Errorf("mark %q, exit %q, still to be restored %q", mark, exit, owed)
			}
		})
	}
}

// What runs have changed whose supervisor the device has ended is restored by
// the next contact, the oldest run last; what cannot be restored stays noted.
func TestRestoredLater(t *testing.T) {
	contacts := map[string]func(r *remote) error{
		"open": func(r *remote) error {
			_, err := dial(t.Context(), "board", r.sh, r.base)
			return err
		},
		"run": func(r *remote) error {
			p, err := r.Start(t.Context(), []string{"/bin/echo"}, nil)
			if err != nil {
				return err
			}
			_, err = outcomeOf(p, "")
			return err
		},
		"clean": func(r *remote) error {
			_, err := cleanRemote(t.Context(), "board", r.sh, r.base)
			return err
		},
	}
	for name, contact := range contacts {
		r := dialForTest(t, &host{}, t.TempDir()+"/base")
		state := r.base + "/state"
		write := func(run, restore string, age time.Duration) {
			folder := r.runsFolder() + "/" + run
			if err := errors.Join(os.MkdirAll(folder, 0o700), os.WriteFile(folder+"/lease", fmt.Appendln(nil, time.Now().Unix()), 0o600),
				os.WriteFile(folder+"/restore", []byte(restore), 0o600), os.Chtimes(folder+"/restore", time.Time{}, time.Now().Add(-age))); err != nil {
				t.Fatal(err)
			}
		}
		// The line without an end was cut while it was written, before the change.
		write("b-1", "echo second >"+state+"\n", time.Second)
		write("a-1", "echo first >"+state+"\ncat "+r.base+"/up\nrm -r /prec", 2*time.Second)
		write("c-1", "echo third >"+state+"\n", 0)
		err := contact(r)
		got, _ := os.ReadFile(state)
		owed, _ := filepath.Glob(r.runsFolder() + "/*/restore")
		if string(got) != "first\n" || len(owed) != 1 {
			t.Errorf("%s: the state is %q, still to be restored: %q", name, got, owed)
		}
		if complains := name == "clean"; (err != nil) != complains || complains && !strings.Contains(err.Error(), "cannot be restored: cat") {
			t.Errorf("%s: %v", name, err)
		}
		if err := os.WriteFile(r.base+"/up", nil, 0o600); err != nil {
			t.Fatal(err)
		}
		err = contact(r)
		if owed, _ := filepath.Glob(r.runsFolder() + "/*/restore"); len(owed) != 0 || err != nil {
			t.Errorf("%s, when it is up: still to be restored: %q, %v", name, owed, err)
		}
	}
}

func TestRemoteIdentity(t *testing.T) {
	r := dialForTest(t, &host{}, t.TempDir()+"/base")
	got, err := r.Identity(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	l, err := Open(t.Context(), "local")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	want, err := l.Identity(t.Context())
	if diff := cmp.Diff(want, got); diff != "" || err != nil {
		t.Errorf("%v (-local +shell):\n%s", err, diff)
	}
}

func TestAndroidIdentity(t *testing.T) {
	if facts, err := parseFacts([]byte("8 uname -m\naarch64")); err == nil {
		t.Errorf("a length that does not fit was taken: %v", facts)
	}
	text := "[ro.soc.manufacturer]: [Google]\n[ro.soc.model]: [GS101]\n[ro.build.version.release]: [14]\n[ro.serialno]: [1A]"
	facts, err := parseFacts(fmt.Appendf(nil, "27 proc/cpuinfo\nprocessor : 0\nprocessor : 1\n%d getprop\n%s\n7 uname -m\naarch64\n", len(text), text))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(Identity{SoC: "Google GS101", Cores: 2, OS: "Android 14", Unit: unit("1A")}, identify(facts)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if arch := architecture(read(facts, machine)); arch != "arm64" {
		t.Errorf("architecture %s", arch)
	}
}

func FuzzFacts(f *testing.F) {
	f.Add([]byte("3 etc/machine-id\nabc\n"))
	f.Add([]byte("-1 x\n"))
	f.Fuzz(func(t *testing.T, out []byte) {
		if facts, err := parseFacts(out); err == nil {
			identify(facts)
		}
	})
}
