package devices

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"time"

	"fbnas/internal/fault"
)

// sshProgram is the user's own client: the device is reached through its
// configuration, agent, keys and jump hosts.
func sshProgram() (string, error) {
	program := os.Getenv("FBNAS_SSH")
	if program == "" {
		program = "ssh"
	}
	path, err := exec.LookPath(program)
	if err != nil {
		return "", fault.New(fault.Device, "Install OpenSSH's client (Debian: openssh-client), or set FBNAS_SSH to its path.", "find ssh: %w", err)
	}
	return path, nil
}

// sshShell is a device behind ssh.
type sshShell struct {
	name    string
	program string
	args    []string // before the host
	host    string
	private string // folder of the shared connection of all calls; "" if there is none
	files   transfer
}

var sshNames = regexp.MustCompile(`^[A-Za-z0-9_][A-Za-z0-9_.:%-]*$`)

// parseSSH parses what follows "ssh:".
func parseSSH(address string) (user, host, port string, err error) {
	u, err := url.Parse("ssh:" + address)
	if err != nil {
		return "", "", "", err
	}
	_, password := u.User.Password()
	user, host, port = u.User.Username(), u.Hostname(), u.Port()
	switch {
	case u.Opaque != "" || u.Path != "" || u.RawQuery != "" || u.Fragment != "" || !strings.HasPrefix(address, "//"):
		err = errors.New("it must be a host, with a user and a port where needed")
	case password:
		err = errors.New("it has a password in it: use a key")
	case !sshNames.MatchString(host):
		err = fmt.Errorf("%q is not a host", host)
	case u.User != nil && !sshNames.MatchString(user):
		err = fmt.Errorf("%q is not a user", user)
	}
	return user, host, port, err
}

// sshAddress is parseSSH with an error for the user.
func sshAddress(name, address string) (user, host, port string, err error) {
	if user, host, port, err = parseSSH(address); err != nil {
		err = fault.New(fault.Usage, "Write ssh://USER@HOST or ssh://USER@HOST:PORT; HOST may be a name in ~/.ssh/config.",
			"device %s: %w", name, err)
	}
	return user, host, port, err
}

func checkSSH(name, address string) error {
	_, _, _, err := sshAddress(name, address)
	return err
}

func newSSH(name, address string) (*sshShell, error) {
	user, host, port, err := sshAddress(name, address)
	if err != nil {
		return nil, err
	}
	program, err := sshProgram()
	if err != nil {
		return nil, err
	}
	s := &sshShell{name: name, program: program, host: host}
	options := []string{"BatchMode=yes", "ConnectTimeout=10", "ServerAliveInterval=5", "ServerAliveCountMax=3",
		"LogLevel=ERROR", "ForwardAgent=no", "ForwardX11=no", "ClearAllForwardings=yes", "RemoteCommand=none", "RequestTTY=no"}
	// One connection for all calls makes each three times as fast. Its socket's
	// path must be short; ssh closes it a minute after the last call, in case
	// this program is killed.
	if s.private, err = os.MkdirTemp("", "fbnas-ssh-"); err != nil {
		return nil, fmt.Errorf("device %s: %w", name, err)
	}
	if socket := filepath.Join(s.private, "s"); len(socket) < 80 && !strings.ContainsAny(socket, "% \"'$") {
		options = append(options, "ControlMaster=auto", "ControlPersist=60", "ControlPath="+socket)
	}
	for _, o := range options {
		s.args = append(s.args, "-o", o)
	}
	if user != "" {
		s.args = append(s.args, "-l", user)
	}
	if port != "" {
		s.args = append(s.args, "-p", port)
	}
	return s, nil
}

// sshBase prints the folder for fbnas on the device.
const sshBase = `echo "${XDG_CACHE_HOME:-$HOME/.cache}/fbnas-device"`

// connectSSH reaches a device, and returns its shell and its base folder.
func connectSSH(ctx context.Context, name, address string) (*sshShell, string, error) {
	s, err := newSSH(name, address)
	if err != nil {
		return nil, "", err
	}
	out, err := s.run(ctx, sshBase, nil)
	if err != nil {
		return nil, "", errors.Join(explain(name, "reach it", err), s.close())
	}
	// Output of the user's own start-up files comes first.
	lines := strings.Split(strings.TrimSpace(string(out)), "\n")
	return s, filepath.Clean(lines[len(lines)-1]), nil
}

func openSSH(ctx context.Context, name, address string) (Device, error) {
	s, base, err := connectSSH(ctx, name, address)
	if err != nil {
		return nil, err
	}
	r, err := dial(ctx, name, s, base)
	if err != nil {
		return nil, err
	}
	return r, nil
}

func cleanSSH(ctx context.Context, name, address string) ([]string, error) {
	s, base, err := connectSSH(ctx, name, address)
	if err != nil {
		return nil, err
	}
	removed, err := cleanRemote(ctx, name, s, base)
	return removed, errors.Join(err, s.close())
}

// sshMark precedes a script's output, because start-up files may print, too.
const sshMark = "fbnas-ssh:"

func (s *sshShell) run(ctx context.Context, script string, stdin []byte) ([]byte, error) {
	cmd := s.command(ctx, s.host, "exec sh -c "+quote("echo "+sshMark+"\n"+script))
	cmd.Stdin = bytes.NewReader(stdin)
	said := &tail{limit: 8 << 10}
	cmd.Stderr = said
	var out bytes.Buffer
	cmd.Stdout = &out
	err := cmd.Run()
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	_, printed, began := bytes.Cut(out.Bytes(), []byte(sshMark+"\n"))
	if err := s.ended(err, said.String()); err != nil {
		return printed, err
	}
	if !began {
		return nil, fmt.Errorf("its shell did not run the command; it answered %.80q", out.Bytes())
	}
	return printed, nil
}

func (s *sshShell) command(ctx context.Context, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, s.program, append(append([]string{}, s.args...), args...)...)
	cmd.WaitDelay = 2 * time.Second
	detach(cmd)
	return cmd
}

// sshFailed is ssh's own exit status, whatever the trouble.
const sshFailed = 255

// ended is the error of a finished call of ssh.
func (s *sshShell) ended(err error, said string) error {
	var exit *exec.ExitError
	switch {
	case err == nil || errors.Is(err, exec.ErrWaitDelay):
		return nil // the shared connection may keep the pipes open
	case !errors.As(err, &exit):
		return fmt.Errorf("ssh: %w", err)
	case exit.ExitCode() != sshFailed && exit.ExitCode() >= 0:
		return &exitError{exit.ExitCode(), strings.TrimSpace(said)}
	}
	said = strings.TrimSpace(strings.ReplaceAll(said, "\r", ""))
	if said == "" {
		said = exit.String()
	}
	return sshFault(said)
}

// sshTroubles says what to do about ssh's messages; lasting ones do not go away
// by waiting.
var sshTroubles = []struct {
	says    string
	lasting bool
	hint    string
}{
	{"REMOTE HOST IDENTIFICATION HAS CHANGED", true, "Its key has changed: find out why, then remove the old one with ssh-keygen -R HOST."},
	{"Host key verification failed", true, "Connect once with ssh by hand, compare its key, and accept it."},
	{"No matching host key type", true, "Its ssh is too old for this client; allow its key type in ~/.ssh/config."},
	{"Permission denied", true, "Set up a key that needs no password: ssh-copy-id USER@HOST, and ssh-add for a key with a passphrase."},
	{"Too many authentication failures", true, "Name the right key in ~/.ssh/config (IdentityFile, IdentitiesOnly yes)."},
	{"Could not resolve hostname", false, "Check the host's name, or add it to ~/.ssh/config."},
	{"Bad configuration option", true, "Correct the ssh configuration; OpenSSH 7.6 or newer is needed."},
	{"Connection refused", false, "Start the ssh server there (sudo systemctl start ssh), and check the port."},
	{"No route to host", false, "Check its power, its network and its address."},
	{"timed out", false, "Check its power, its network and its address."},
	{"Network is unreachable", false, "Check this machine's network."},
	{"banner", false, "Something other than an ssh server answers there: check the port."},
	{"Connection closed", false, ""},
	{"Connection reset", false, ""},
}

func sshFault(said string) error {
	for _, t := range sshTroubles {
		if !strings.Contains(said, t.says) {
			continue
		}
		if t.lasting {
			return fault.New(fault.Device, t.hint, "ssh: %s", lastLine(said))
		}
		return fault.New(fault.Device, t.hint, "%w: ssh: %s", errLost, lastLine(said))
	}
	return fmt.Errorf("%w: ssh: %s", errLost, lastLine(said))
}

func lastLine(text string) string { return text[strings.LastIndexByte(text, '\n')+1:] }

// close ends the shared connection.
func (s *sshShell) close() error {
	s.files.drop()
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	// It fails if there is none any more.
	_ = s.command(ctx, "-O", "exit", s.host).Run()
	return os.RemoveAll(s.private)
}
