package devices

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path"
	"strings"
	"syscall"

	"github.com/pkg/sftp"
)

// transfer is an sftp session over ssh's pipes, opened by the first file.
type transfer struct {
	client *sftp.Client
	cmd    *exec.Cmd
	said   *tail
	absent bool // the device has no sftp server
}

// put writes to another name and then renames. If the device has no sftp server,
// or its server refuses, a script does it, whose error says why it cannot.
func (s *sshShell) put(ctx context.Context, target string, data []byte, mode uint32) error {
	token := make([]byte, 6)
	if _, err := rand.Read(token); err != nil {
		return err
	}
	part := path.Join(path.Dir(target), ".part-"+hex.EncodeToString(token))
	err := s.upload(ctx, part, target, data, mode)
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if err == nil || errors.Is(err, errLost) {
		return err
	}
	_, err = s.run(ctx, fmt.Sprintf(`if cat >%[1]s && [ "$(wc -c <%[1]s)" -eq %[2]d ] && chmod %[3]o %[1]s && mv -f %[1]s %[4]s
then exit 0; else rm -f %[1]s; exit 1; fi`, quote(part), len(data), mode, quote(target)), data)
	return err
}

// errNoSFTP says that the device has none.
var errNoSFTP = errors.New("no sftp server")

func (s *sshShell) upload(ctx context.Context, part, target string, data []byte, mode uint32) error {
	if err := s.files.open(ctx, s); err != nil {
		return err
	}
	// The library has no contexts: killing its program ends its work.
	process := s.files.cmd.Process
	stop := context.AfterFunc(ctx, func() { _ = process.Kill() })
	defer stop()
	client := s.files.client
	err := send(client, part, target, data, mode)
	var refused *sftp.StatusError
	switch {
	case err == nil:
		return nil
	case errors.As(err, &refused) || errors.Is(err, os.ErrNotExist) || errors.Is(err, os.ErrPermission):
		_ = client.Remove(part) // it may not exist
		return err
	}
	// The session is useless now; ssh knows why.
	if why := s.files.drop(); why != "" {
		return sshFault(why)
	}
	return fmt.Errorf("%w: sftp: %w", errLost, err)
}

func send(client *sftp.Client, part, target string, data []byte, mode uint32) error {
	f, err := client.OpenFile(part, os.O_WRONLY|os.O_CREATE|os.O_EXCL)
	if err != nil {
		return err
	}
	_, err = f.Write(data)
	if err := errors.Join(err, f.Close()); err != nil {
		return err
	}
	if err := client.Chmod(part, os.FileMode(mode)); err != nil {
		return err
	}
	return client.PosixRename(part, target)
}

func (t *transfer) open(ctx context.Context, s *sshShell) error {
	if t.absent {
		return errNoSFTP
	}
	if t.client != nil {
		return nil
	}
	cmd := s.command(context.Background(), "-s", s.host, "sftp")
	t.said = &tail{limit: 8 << 10}
	cmd.Stderr = t.said
	in, err := cmd.StdinPipe()
	if err != nil {
		return err
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return err
	}
	if err := cmd.Start(); err != nil {
		return fmt.Errorf("ssh: %w", err)
	}
	t.cmd = cmd
	t.client, err = sftp.NewClientPipe(out, in, sftp.UseConcurrentWrites(true))
	if err == nil {
		return nil
	}
	_ = in.Close()
	_ = cmd.Wait()
	t.client, t.cmd = nil, nil
	// ssh does not always say why: if commands work, there is no sftp server.
	if _, err := s.run(ctx, ":", nil); err != nil {
		return err
	}
	t.absent = true
	return errNoSFTP
}

// drop ends the session and returns ssh's message.
func (t *transfer) drop() string {
	if t.client == nil {
		return ""
	}
	_ = t.client.Close() // it may be dead already
	_ = t.cmd.Process.Kill()
	_ = t.cmd.Wait()
	said := strings.TrimSpace(t.said.String())
	t.client, t.cmd = nil, nil
	return said
}

// detach keeps the terminal's Ctrl-C from a program, because its parent handles
// it.
func detach(cmd *exec.Cmd) { cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} }
