package devices

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"time"

	"fbnas/internal/fault"
)

// local is this machine; programs are child processes.
type local struct {
	name   string
	folder string
	held   *os.File // the folder's lock, see cleanLocal
}

func checkLocal(name, address string) error {
	if address != "" {
		return fault.New(fault.Device, "This machine is called local.", "device %s: local has no address", name)
	}
	return nil
}

func openLocal(_ context.Context, name, address string) (Device, error) {
	if err := checkLocal(name, address); err != nil {
		return nil, err
	}
	folder, err := os.MkdirTemp("", folderPrefix)
	if err != nil {
		return nil, fmt.Errorf("device %s: %w", name, err)
	}
	held, err := lockFolder(folder)
	if err != nil {
		return nil, errors.Join(fmt.Errorf("device %s: %w", name, err), os.RemoveAll(folder))
	}
	return &local{name: name, folder: folder, held: held}, nil
}

func (l *local) Name() string   { return l.name }
func (l *local) Folder() string { return l.folder }
func (l *local) Close() error   { return errors.Join(os.RemoveAll(l.folder), l.held.Close()) }

func (l *local) Push(ctx context.Context, name string, data []byte) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if !filepath.IsLocal(name) {
		return fmt.Errorf("device %s: push %q: not a name below the device's folder", l.name, name)
	}
	path := filepath.Join(l.folder, name)
	info, err := os.Stat(path)
	if err == nil && info.IsDir() {
		return fmt.Errorf("device %s: push %q: a folder has this name", l.name, name)
	}
	if err == nil && info.Size() == int64(len(data)) {
		return nil
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return fmt.Errorf("device %s: push: %w", l.name, err)
	}
	if err := os.WriteFile(path, data, 0o755); err != nil {
		return errors.Join(fmt.Errorf("device %s: push: %w", l.name, err), os.RemoveAll(path))
	}
	return nil
}

func (l *local) Start(ctx context.Context, argv, env []string) (*Process, error) {
	if len(argv) == 0 {
		return nil, fmt.Errorf("device %s: start: no program", l.name)
	}
	cmd := exec.CommandContext(ctx, argv[0], argv[1:]...)
	cmd.Env = append(os.Environ(), env...)
	cmd.WaitDelay = 2 * time.Second
	// In its own process group the program does not get the terminal's Ctrl-C,
	// which its parent handles, and is killed together with all its children.
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
	stderr := &tail{limit: 8 << 10}
	cmd.Stderr = stderr
	stdin, err := cmd.StdinPipe()
	if err != nil {
		return nil, fmt.Errorf("device %s: start %s: %w", l.name, argv[0], err)
	}
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		return nil, fmt.Errorf("device %s: start %s: %w", l.name, argv[0], err)
	}
	if err := cmd.Start(); err != nil {
		return nil, fmt.Errorf("device %s: start %s: %w", l.name, argv[0], err)
	}
	return &Process{
		Stdin: stdin, Stdout: stdout, Stderr: stderr.String,
		Kill: func() { _ = cmd.Cancel() }, // fails only if the process has ended
		Wait: cmd.Wait,
	}, nil
}
