package devices

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"fbnas/internal/atomicfile"
	"fbnas/internal/fault"
	"fbnas/internal/setup"
)

// emulated is this machine as one with another processor: programs run under
// QEMU's user mode. It shows that what is sent to a device works there; its times
// mean nothing.
type emulated struct {
	*remote         // runs this machine's own programs
	emulator string // path
}

// emulatedArch is the processor, as GOARCH.
const emulatedArch = "arm64"

func openQEMU(ctx context.Context, name, address string) (Device, error) {
	emulator, err := findQEMU(name, address)
	if err != nil {
		return nil, err
	}
	base, err := qemuBase()
	if err != nil {
		return nil, err
	}
	r, err := dial(ctx, name, localShell{}, base)
	if err != nil {
		return nil, err
	}
	return &emulated{remote: r, emulator: emulator}, nil
}

func cleanQEMU(ctx context.Context, name, address string) ([]string, error) {
	if err := noAddress(name, address); err != nil {
		return nil, err
	}
	base, err := qemuBase()
	if err != nil {
		return nil, err
	}
	return cleanRemote(ctx, name, localShell{}, base)
}

func noAddress(name, address string) error {
	if address != "" {
		return fault.New(fault.Device, "The emulated device is called qemu; this machine is called local.", "device %s: qemu has no address", name)
	}
	return nil
}

func qemuBase() (string, error) {
	cache, err := setup.Cache()
	return filepath.Join(string(cache), "qemu-device"), err
}

// findQEMU finds the emulator: in PATH, or the one that set-up has fetched.
func findQEMU(name, address string) (string, error) {
	if err := noAddress(name, address); err != nil {
		return "", err
	}
	if path, err := exec.LookPath("qemu-aarch64-static"); err == nil {
		return filepath.Abs(path)
	}
	path, _, err := setup.Program(setup.QEMU)
	if err != nil {
		return "", fault.New(fault.Device, "", "device %s: %w", name, err)
	}
	return path, nil
}

func (e *emulated) Start(ctx context.Context, argv, env []string) (*Process, error) {
	return e.remote.Start(ctx, append([]string{e.emulator}, argv...), env)
}

func (e *emulated) Identity(ctx context.Context) (Identity, error) {
	out, err := exec.CommandContext(ctx, e.emulator, "--version").Output()
	if err != nil {
		return Identity{}, fmt.Errorf("device %s: %s: %w", e.Name(), e.emulator, err)
	}
	version, _, _ := strings.Cut(string(out), "\n")
	id := identify(os.DirFS("/"))
	id.SoC, id.Arch, id.MaxKHz = "emulated", emulatedArch, nil
	id.Emulator = version
	return id, nil
}

// localShell is this machine's own.
type localShell struct{}

func (localShell) run(ctx context.Context, script string, stdin []byte) ([]byte, error) {
	cmd := exec.CommandContext(ctx, "/bin/sh", "-c", script)
	// Whole process groups are killed, with everything they have started.
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
	cmd.WaitDelay = time.Second
	cmd.Stdin = bytes.NewReader(stdin)
	errs := &tail{limit: 8 << 10}
	cmd.Stderr = errs
	out, err := cmd.Output()
	var exit *exec.ExitError
	if errors.As(err, &exit) && ctx.Err() == nil {
		return out, &exitError{status: exit.ExitCode(), stderr: strings.TrimSpace(errs.String())}
	}
	return out, errors.Join(ctx.Err(), err)
}

func (localShell) put(ctx context.Context, path string, data []byte, mode uint32) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if err := atomicfile.WriteBytes(path, data); err != nil {
		return err
	}
	return os.Chmod(path, os.FileMode(mode))
}

func (localShell) close() error { return nil }
