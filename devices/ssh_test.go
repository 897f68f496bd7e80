package devices

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"fbnas/devices/devicestest"
	"fbnas/internal/await"
	"fbnas/internal/fault"
)

// sshForTest is a shell on a real server.
func sshForTest(t *testing.T, o devicestest.Options) (*sshShell, string, *devicestest.SSHD) {
	t.Helper()
	d := devicestest.Start(t, o)
	t.Setenv("FBNAS_SSH", d.Client)
	s, base, err := connectSSH(t.Context(), "board", strings.TrimPrefix(d.Address(), "ssh:"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.close() })
	return s, base, d
}

var allBytes = func() []byte {
	b := make([]byte, 1<<16)
	for i := range b {
		b[i] = byte(i * 7)
	}
	return b
}()

func TestSSHRun(t *testing.T) {
	s, base, d := sshForTest(t, devicestest.Options{})
	if want := d.Cache + "/fbnas-device"; base != want {
		t.Errorf("base folder %s, want %s", base, want)
	}
	for _, c := range []struct {
		script, stdin, out string
		status             int
		stderr             string
	}{
		{script: `echo "it's $((6 * 7))"`, out: "it's 42\n"},
		{script: "cat", stdin: string(allBytes), out: string(allBytes)},
		{script: "echo some; echo oops >&2; exit 7", out: "some\n", status: 7, stderr: "oops"},
		{script: "exit 254", status: 254},
		{script: "no-such-program", status: 127, stderr: "not found"},
	} {
		out, err := s.run(t.Context(), c.script, []byte(c.stdin))
		if string(out) != c.out {
			t.Errorf("%s: printed %.80q, want %.80q", c.script, out, c.out)
		}
		var exit *exitError
		switch {
		case c.status == 0:
			if err != nil {
				t.Errorf("%s: %v", c.script, err)
			}
		case !errors.As(err, &exit) || exit.status != c.status || !strings.Contains(exit.stderr, c.stderr):
			t.Errorf("%s: %v, want status %d and %q", c.script, err, c.status, c.stderr)
		}
	}
}

func TestSSHPut(t *testing.T) {
	for name, o := range map[string]devicestest.Options{"sftp": {}, "no sftp": {NoSFTP: true}} {
		t.Run(name, func(t *testing.T) {
			s, _, d := sshForTest(t, o)
			for path, data := range map[string][]byte{"all": allBytes, "it's": []byte("abc"), "empty": {}} {
				for _, mode := range []uint32{0o600, 0o700} {
					path := filepath.Join(d.Cache, path)
					if err := s.put(t.Context(), path, data, mode); err != nil {
						t.Fatal(err)
					}
					got, err := os.ReadFile(path)
					info, _ := os.Stat(path)
					if !bytes.Equal(got, data) || err != nil || info.Mode().Perm() != os.FileMode(mode) {
						t.Errorf("%s: %d bytes, %v, %v", path, len(got), info, err)
					}
				}
			}
			if err := s.put(t.Context(), d.Cache+"/nowhere/x", allBytes, 0o600); err == nil || IsLost(err) {
				t.Errorf("put into no folder: %v", err)
			}
			if s.files.absent != o.NoSFTP {
				t.Errorf("sftp absent: %t", s.files.absent)
			}
			if left, _ := filepath.Glob(d.Cache + "/.part-*"); len(left) > 0 {
				t.Errorf("left %q", left)
			}
		})
	}
}

// TestSSHRefusals: what keeps ssh from a device, each with its next step.
func TestSSHRefusals(t *testing.T) {
	d := devicestest.Start(t, devicestest.Options{})
	t.Setenv("FBNAS_SSH", d.Client)
	for _, c := range []struct {
		name       string
		fault      func(*devicestest.SSHD, testing.TB)
		address    string
		says, hint string
		lost       bool
	}{
		{"wrong host", nil, "ssh://host.invalid", "Could not resolve hostname", "host's name", true},
		{"garbage banner", func(d *devicestest.SSHD, _ testing.TB) { d.Garble("HTTP/1.1 400 Bad Request\r\n\r\n") }, "", "ssh:", "", true},
		{"refused", func(d *devicestest.SSHD, _ testing.TB) { d.Garble(""); d.Cut() }, "", "Connection refused", "Start the ssh server", true},
		{"wrong key", func(d *devicestest.SSHD, t testing.TB) { d.Mend(t); d.Lock(t) }, "", "Permission denied", "ssh-copy-id", false},
		{"changed host", (*devicestest.SSHD).Impersonate, "", "Host key verification failed", "ssh-keygen -R", false},
		{"unknown host", (*devicestest.SSHD).Forget, "", "Host key verification failed", "by hand", false},
		{"no client", func(_ *devicestest.SSHD, t testing.TB) { t.Setenv("FBNAS_SSH", "/nonexistent/ssh") }, "", "find ssh", "openssh-client", false},
	} {
		if c.fault != nil {
			c.fault(d, t)
		}
		if c.address == "" {
			c.address = d.Address()
		}
		_, err := Open(t.Context(), c.address)
		if err == nil || !strings.Contains(err.Error(), c.says) || !strings.Contains(fault.HintOf(err), c.hint) ||
			fault.CodeOf(err) != fault.Device || IsLost(err) != c.lost {
			t.Errorf("%s: %v (hint %q, lost %t)", c.name, err, fault.HintOf(err), IsLost(err))
		}
	}
	if left, _ := filepath.Glob(os.TempDir() + "/fbnas-ssh-*/s"); len(left) > 0 {
		t.Errorf("left %q", left)
	}
}

// TestSSHCutTransfer: a cut transfer leaves nothing that could be taken for the
// file.
func TestSSHCutTransfer(t *testing.T) {
	for name, o := range map[string]devicestest.Options{"sftp": {}, "no sftp": {NoSFTP: true}} {
		t.Run(name, func(t *testing.T) {
			s, base, d := sshForTest(t, o)
			r, err := dial(t.Context(), "board", s, base)
			if err != nil {
				t.Fatal(err)
			}
			r.pace.patience = await.Left(t)
			if err := r.Push(t.Context(), "small", []byte("abc")); err != nil {
				t.Fatal(err)
			}
			big := bytes.Repeat(allBytes, 32)
			d.CutAfter(int64(len(big) / 2))
			if err := s.put(t.Context(), r.Folder()+"/big", big, 0o600); !errors.Is(err, errLost) {
				t.Fatal(err)
			}
			if _, err := os.Stat(r.Folder() + "/big"); err == nil {
				t.Error("half a file has the name of the whole")
			}
			d.Mend(t)
			d.CutAfter(int64(len(big) / 2))
			mended := time.AfterFunc(200*time.Millisecond, func() { d.Mend(t) })
			defer mended.Stop()
			if err := r.Push(t.Context(), "big", big); err != nil {
				t.Fatal(err)
			}
			if got, err := os.ReadFile(r.Folder() + "/big"); !bytes.Equal(got, big) {
				t.Errorf("%d bytes arrived, %v", len(got), err)
			}
		})
	}
}

// TestSSHDroppedRun: a run continues while the connection is down, and is
// followed again.
func TestSSHDroppedRun(t *testing.T) {
	s, base, d := sshForTest(t, devicestest.Options{})
	r, err := dial(t.Context(), "board", s, base)
	if err != nil {
		t.Fatal(err)
	}
	r.pace.first, r.pace.most, r.pace.patience = time.Millisecond, 100*time.Millisecond, await.Left(t)
	t.Cleanup(func() { endRuns(t, base) })
	gate := d.Cache + "/gate"
	p, err := r.Start(t.Context(), []string{"/bin/sh", "-c",
		fmt.Sprintf(`echo one; while ! test -e %s.1; do sleep 0.02; done; echo two; while ! test -e %s.2; do sleep 0.02; done; echo three`, gate, gate)}, nil)
	if err != nil {
		t.Fatal(err)
	}
	p.Stdin.Close()
	open := func(n int) {
		if err := os.WriteFile(fmt.Sprintf("%s.%d", gate, n), nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	expect := func(want string) {
		t.Helper()
		got := make([]byte, len(want))
		if _, err := io.ReadFull(p.Stdout, got); err != nil || string(got) != want {
			t.Fatalf("%q, %v; want %q", got, err, want)
		}
	}
	expect("one\n")
	d.Cut()
	await.Until(t, "it is seen that the line is cut", func() bool { return why(p) != "" })
	open(1)
	d.Mend(t)
	expect("two\n")
	d.Drop()
	open(2)
	expect("three\n")
	if _, err := io.ReadAll(p.Stdout); err != nil || p.Wait() != nil || why(p) != "" {
		t.Errorf("%v, %v, waits for %q", err, p.Wait(), why(p))
	}
}

func TestSSHFullDisk(t *testing.T) {
	for name, o := range map[string]devicestest.Options{"sftp": {SmallDisk: true}, "no sftp": {SmallDisk: true, NoSFTP: true}} {
		t.Run(name, func(t *testing.T) {
			s, base, _ := sshForTest(t, o)
			r, err := dial(t.Context(), "board", s, base)
			if err != nil {
				t.Fatal(err)
			}
			err = r.Push(t.Context(), "big", bytes.Repeat(allBytes, 8))
			if err == nil || !strings.Contains(err.Error(), "No space left") || !strings.Contains(fault.HintOf(err), "fbnas devices clean board") || IsLost(err) {
				t.Errorf("%v (hint %q)", err, fault.HintOf(err))
			}
			if err := r.Push(t.Context(), "small", allBytes); err != nil {
				t.Errorf("the failed file was not removed: %v", err)
			}
			out, err := s.run(t.Context(), "ls -A "+quote(r.Folder()), nil)
			if strings.Join(strings.Fields(string(out)), " ") != "small" || err != nil {
				t.Errorf("lie there: %q, %v", out, err)
			}
		})
	}
}

func TestSSHCleans(t *testing.T) {
	d := devicestest.Start(t, devicestest.Options{})
	t.Setenv("FBNAS_SSH", d.Client)
	dev, err := Open(t.Context(), d.Address())
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(dev.Push(t.Context(), "a", []byte("abc")), dev.Close()); err != nil {
		t.Fatal(err)
	}
	removed, err := Clean(t.Context(), d.Address())
	if left, _ := filepath.Glob(d.Cache + "/*"); err != nil || len(removed) != 1 || len(left) != 0 {
		t.Errorf("removed %q, left %q, %v", removed, left, err)
	}
}

func TestParseSSH(t *testing.T) {
	for _, c := range []struct{ address, user, host, port string }{
		{"//board", "", "board", ""},
		{"//pi@board.local:2222", "pi", "board.local", "2222"},
		{"//pi@192.168.0.7", "pi", "192.168.0.7", ""},
		{"//pi@[fe80::1%25eth0]:22", "pi", "fe80::1%eth0", "22"},
	} {
		user, host, port, err := parseSSH(c.address)
		if user != c.user || host != c.host || port != c.port || err != nil {
			t.Errorf("%s: %q, %q, %q, %v", c.address, user, host, port, err)
		}
	}
	for _, address := range []string{"", "board", "//", "//pi@", "//pi:secret@board", "//board/path", "//board?q", "//board#f",
		"//-oProxyCommand=x", "//-x@board", "//@board", "//bo ard", "//board:x", "//bo;ard", "//pi`x`@board"} {
		if user, host, _, err := parseSSH(address); err == nil {
			t.Errorf("%q: taken for %q at %q", address, user, host)
		}
	}
}

// FuzzParseSSH: no address can become an option or a command.
func FuzzParseSSH(f *testing.F) {
	for _, s := range []string{"//pi@board:22", "//-oProxyCommand=x", "//[::1]", "//a@b@c"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, address string) {
		user, host, port, err := parseSSH(address)
		if err != nil {
			return
		}
		for _, word := range []string{user, host, port} {
			if strings.HasPrefix(word, "-") || strings.ContainsAny(word, " \t\n;'\"`$&|<>()\\") {
				t.Errorf("%q gives the word %q", address, word)
			}
		}
	})
}
