package devicestest

import (
	"bytes"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"fbnas/internal/await"
	"fbnas/internal/setup"
)

// SSHD is an ssh server with a new key, for this user and from this machine.
type SSHD struct {
	*Line         // between its clients and the server
	Client string // for FBNAS_SSH: the client with the key and the server's identity
	Cache  string // the sessions' XDG_CACHE_HOME
	keyring
}

// Options of a server.
type Options struct {
	NoSFTP bool
	// SmallDisk puts Cache on a file system of 256 KiB. It needs root.
	SmallDisk bool
}

// Start starts a server that ends with the test. It skips the test if there is no
// server program.
func Start(t testing.TB, o Options) *SSHD {
	t.Helper()
	program, env, err := setup.Program(setup.SSHServer)
	if err != nil {
		t.Skipf("no ssh server to test with: %v", err)
	}
	if o.SmallDisk && os.Getuid() != 0 {
		t.Skip("only root can mount a small disk")
	}
	s := &SSHD{keyring: newKeyring(t)}
	s.Cache = s.path("cache")
	port := freePort(t)
	s.configure(t, port, program, o)
	s.serve(t, program, env, o)
	waitFor(t, port)
	s.Line = newLine(t, port)
	s.Client = s.client(t, s.Port)
	return s
}

// Address is the device's name for fbnas.
func (s *SSHD) Address() string { return fmt.Sprintf("ssh://127.0.0.1:%d", s.Port) }

func (s *SSHD) configure(t testing.TB, port int, program string, o Options) {
	lines := []string{
		fmt.Sprintf("Port %d", port), "ListenAddress 127.0.0.1", "PidFile none", "UsePAM no", "StrictModes no",
		"HostKey " + s.path("hostkey"), "AuthorizedKeysFile " + s.path("id.pub"), "PasswordAuthentication no",
		"SetEnv XDG_CACHE_HOME=" + s.Cache, "MaxStartups 100",
	}
	if !o.NoSFTP {
		// The paths are those of the package: usr/sbin/sshd and
		// usr/lib/openssh/sftp-server.
		server := filepath.Join(filepath.Dir(program), "../lib/openssh/sftp-server")
		lines = append(lines, "Subsystem sftp "+server)
	}
	s.write(t, "sshd_config", strings.Join(lines, "\n")+"\n", 0o600)
	if err := os.Mkdir(s.Cache, 0o700); err != nil {
		t.Fatal(err)
	}
}

// serve starts the server. As root the server needs a user and a folder of its
// own, which it gets in a mount namespace, so that nothing on the machine
// changes.
func (s *SSHD) serve(t testing.TB, program string, env []string, o Options) {
	script := `exec "$0" -D -e -f "$1"`
	attr := &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
	if os.Getuid() == 0 {
		users, err := os.ReadFile("/etc/passwd")
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Contains(users, []byte("\nsshd:")) {
			users = append(users, "sshd:x:65533:65534::/run/sshd:/usr/sbin/nologin\n"...)
		}
		s.write(t, "passwd", string(users), 0o644)
		script = `mount -t tmpfs none /run && mkdir -m 755 /run/sshd && mount --bind "$2" /etc/passwd && ` + script
		if o.SmallDisk {
			script = `mount -t tmpfs -o size=256k,mode=700 none "$3" && ` + script
		}
		attr.Unshareflags = syscall.CLONE_NEWNS
	}
	log, err := os.Create(s.path("log"))
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command("/bin/sh", "-c", script, program, s.path("sshd_config"), s.path("passwd"), s.Cache)
	cmd.Env = append([]string{"PATH=" + os.Getenv("PATH")}, env...)
	cmd.Stdout, cmd.Stderr, cmd.SysProcAttr = log, log, attr
	if err := cmd.Start(); err != nil {
		t.Skipf("start %s: %v", program, err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
		log.Close()
		if text, err := os.ReadFile(s.path("log")); err == nil && t.Failed() {
			t.Logf("the ssh server said: %s", text)
		}
	})
}

// Forget removes the server's identity from the client's known hosts.
func (s *SSHD) Forget(t testing.TB) { s.write(t, "known", "", 0o600) }

// Impersonate makes the client expect another identity.
func (s *SSHD) Impersonate(t testing.TB) {
	other, err := os.ReadFile(s.path("stranger.pub"))
	if err != nil {
		t.Fatal(err)
	}
	s.write(t, "known", fmt.Sprintf("[127.0.0.1]:%d %s", s.Port, other), 0o600)
}

// Lock makes the server accept only another key.
func (s *SSHD) Lock(t testing.TB) {
	other, err := os.ReadFile(s.path("stranger.pub"))
	if err != nil {
		t.Fatal(err)
	}
	s.write(t, "id.pub", string(other), 0o600)
}

func freePort(t testing.TB) int {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port
}

func waitFor(t testing.TB, port int) {
	t.Helper()
	await.Until(t, "the server comes up", func() bool {
		c, err := net.Dial("tcp", fmt.Sprintf("127.0.0.1:%d", port))
		if err == nil {
			c.Close()
		}
		return err == nil
	})
}
