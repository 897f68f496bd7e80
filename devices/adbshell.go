package devices

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"strconv"
	"strings"

	"fbnas/internal/fault"
)

// adbShell is one phone behind adb.
type adbShell struct {
	client *adbClient
	serial string
}

// adbBase prints the folder for fbnas on a phone: adbd sets TMPDIR, except in old
// versions.
const adbBase = `echo "${TMPDIR:-/data/local/tmp}/fbnas"`

func connectADB(ctx context.Context, name, address string) (*adbShell, string, error) {
	client, err := findADB(ctx)
	if err != nil {
		return nil, "", fmt.Errorf("device %s: %w", name, err)
	}
	serial, err := client.choose(ctx, name, address)
	if err != nil {
		return nil, "", err
	}
	s := &adbShell{client, serial}
	out, err := s.run(ctx, adbBase, nil)
	if err != nil {
		return nil, "", explain(name, "reach it with "+client.String(), err)
	}
	return s, path.Clean(strings.TrimSpace(string(out))), nil
}

func openADB(ctx context.Context, name, address string) (Device, error) {
	s, base, err := connectADB(ctx, name, address)
	if err != nil {
		return nil, err
	}
	r, err := dial(ctx, name, s, base)
	if err != nil {
		return nil, err
	}
	a := &android{r}
	if err := a.checkFit(ctx); err != nil {
		return nil, errors.Join(err, a.Close())
	}
	return a, nil
}

func cleanADB(ctx context.Context, name, address string) ([]string, error) {
	s, base, err := connectADB(ctx, name, address)
	if err != nil {
		return nil, err
	}
	return cleanRemote(ctx, name, s, base)
}

// maxScript is the longest script: it is passed as one argument, here and on the
// phone.
const maxScript = 64 << 10

// run makes every script end with a line with its status, after a mark that no
// script can contain: adb exits with status 0 when the transport fails, so only
// output with this line is complete.
func (s *adbShell) run(ctx context.Context, script string, stdin []byte) ([]byte, error) {
	if len(script) > maxScript {
		return nil, fmt.Errorf("a script of %d bytes, more than %d", len(script), maxScript)
	}
	mark := rand.Text()
	cmd, err := s.client.command(ctx, "-s", s.serial, "shell", "-T",
		"sh -c "+quote(script)+"; printf '\\n%s %d\\n' "+mark+" $?")
	if err != nil {
		return nil, err
	}
	cmd.Stdin = bytes.NewReader(stdin)
	var out bytes.Buffer
	said := &tail{limit: 8 << 10}
	cmd.Stdout, cmd.Stderr = &out, said
	ended := cmd.Run()
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	printed, status, whole := cutMark(out.Bytes(), mark)
	switch {
	case !whole:
		return nil, adbFault(s.client, said.String(), ended)
	case status != 0:
		return printed, &exitError{status, strings.TrimSpace(said.String())}
	}
	return printed, nil
}

// cutMark removes the last line, with the mark and a status, from a script's
// output.
func cutMark(out []byte, mark string) (printed []byte, status int, whole bool) {
	text, ended := bytes.CutSuffix(out, []byte("\n"))
	i := bytes.LastIndex(text, []byte("\n"+mark+" "))
	if !ended || i < 0 {
		return nil, 0, false
	}
	n, err := strconv.ParseUint(string(text[i+len(mark)+2:]), 10, 8)
	if err != nil {
		return nil, 0, false
	}
	return out[:i:i], int(n), true
}

// put pushes to another name beside the target, and renames it after the phone
// has computed the right checksum.
func (s *adbShell) put(ctx context.Context, target string, data []byte, mode uint32) error {
	folder, err := os.MkdirTemp("", "fbnas-push-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(folder)
	local, part := filepath.Join(folder, "file"), target+"."+rand.Text()[:8]+".part"
	if err := os.WriteFile(local, data, 0o600); err != nil {
		return err
	}
	err = s.push(ctx, local, part)
	if err == nil {
		err = s.adopt(ctx, part, target, data, mode)
	}
	if err != nil {
		// Without a connection the part stays until fbnas devices clean.
		_, _ = s.run(context.WithoutCancel(ctx), "rm -f "+quote(part), nil)
		return err
	}
	return nil
}

func (s *adbShell) push(ctx context.Context, local, part string) error {
	cmd, err := s.client.command(ctx, "-s", s.serial, "push", local, part)
	if err != nil {
		return err
	}
	said := &tail{limit: 8 << 10}
	cmd.Stdout, cmd.Stderr = said, said
	ended := cmd.Run()
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if ended != nil {
		return adbFault(s.client, said.String(), ended)
	}
	return nil
}

// adopt sets a pushed part's mode and renames it, if its checksum is right.
func (s *adbShell) adopt(ctx context.Context, part, target string, data []byte, mode uint32) error {
	out, err := s.run(ctx, hasher+"$h "+quote(part), nil)
	if err != nil {
		return err
	}
	sum := sha256.Sum256(data)
	if got, _, _ := strings.Cut(string(out), " "); got != hex.EncodeToString(sum[:]) {
		return fmt.Errorf("%w: a pushed file arrived with SHA-256 %.64q", errLost, got)
	}
	_, err = s.run(ctx, fmt.Sprintf("chmod %o %s && mv -f %[2]s %s", mode, quote(part), quote(target)), nil)
	return err
}

// close leaves the server running: others may use it.
func (s *adbShell) close() error { return nil }

// remarks are adb's messages about its own troubles. After those that are not
// lost, trying again is useless.
var remarks = []struct {
	says string
	lost bool
	hint string
}{
	{"device unauthorized", true, troubles[0].hint},
	{"device still authorizing", true, troubles[1].hint},
	{"device offline", true, troubles[3].hint},
	{"insufficient permissions", false, troubles[4].hint},
	{"no permissions", false, troubles[4].hint},
	{"more than one device", false, "Name one of them, or set ANDROID_SERIAL."},
	{"' not found", true, "Plug the phone in again, and see fbnas devices."},
	{"no devices/emulators", true, "Plug the phone in again, and see fbnas devices."},
	{"doesn't support shell", false, "Android 7 or newer is needed."},
	{"doesn't support PTY args", false, "Android 7 or newer is needed."},
	{"cannot connect to daemon", true, "Start adb by hand to see what is wrong: adb start-server."},
	{"No space left on device", false, ""}, // the remote says what to do
	{"Permission denied", false, ""},
	{"Read-only file system", false, ""},
}

// adbFault is the error of a failed call of adb. If adb does not explain it, the
// connection counts as lost.
func adbFault(a *adbClient, said string, ended error) error {
	said = strings.TrimSpace(strings.ReplaceAll(said, "\r", "\n"))
	for line := range strings.Lines(said) {
		// The script's own messages are among these lines.
		own := strings.HasPrefix(line, "adb:") || strings.HasPrefix(line, "error:")
		for _, r := range remarks {
			if !own || !strings.Contains(line, r.says) {
				continue
			}
			line = strings.TrimSpace(line)
			if r.lost {
				return fault.New(fault.Device, r.hint, "%w: %s: %s", errLost, a, line)
			}
			return fault.New(fault.Device, r.hint, "%s: %s", a, line)
		}
	}
	text := lastLine(said)
	var exit *exec.ExitError
	switch {
	case text != "":
	case errors.As(ended, &exit):
		text = exit.String()
	case ended != nil:
		text = ended.Error()
	default:
		text = "the output ends too soon"
	}
	return fmt.Errorf("%w: %s: %s", errLost, a, text)
}
