package vm

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"fbnas/internal/fault"
	"fbnas/internal/setup"
)

// User is the user that the board's ssh server accepts.
const User = "board"

// Keys are the ssh server's keys, as OpenSSH writes them.
type Keys struct {
	Public []byte // opens the board
	Host   []byte // private, the server's own
}

// Board is a virtual arm64 computer, switched off at first.
type Board struct {
	// Port of 127.0.0.1 leads to its ssh server while it is on.
	Port int

	folder string
	args   []string
	env    []string
	on     *exec.Cmd     // nil: switched off
	ended  chan struct{} // closed when `on` has ended
}

const (
	cores     = 2
	memoryMiB = 512
	diskMiB   = 512
)

// boot is the longest time until a board's ssh server answers, without hardware
// virtualisation.
const boot = 5 * time.Minute

// New makes a board whose disk is in a folder.
func New(ctx context.Context, folder string, port int, keys Keys) (*Board, error) {
	program, env, err := setup.Program(setup.Machine)
	if err != nil {
		return nil, err
	}
	first, err := firstFiles(keys)
	if err != nil {
		return nil, err
	}
	kernel, err := setup.Files(setup.Kernel)
	if err != nil {
		return nil, err
	}
	b := &Board{Port: port, folder: folder, env: append(os.Environ(), env...)}
	if err := os.WriteFile(b.path("first.cpio"), first, 0o600); err != nil {
		return nil, err
	}
	if err := b.makeDisk(ctx); err != nil {
		return nil, err
	}
	b.args = []string{program, "-M", "virt", "-cpu", "cortex-a72", "-smp", fmt.Sprint(cores), "-m", fmt.Sprint(memoryMiB),
		"-nodefaults", "-no-user-config", "-display", "none", "-no-reboot",
		"-kernel", kernel[0], "-initrd", b.path("first.cpio"), "-append", "console=ttyAMA0 quiet panic=-1",
		"-chardev", "file,id=console,append=on,path=" + b.path("console"), "-serial", "chardev:console",
		"-drive", "if=none,id=disk,format=raw,file=" + b.path("disk"), "-device", "virtio-blk-device,drive=disk",
		"-netdev", fmt.Sprintf("user,id=net,restrict=on,hostfwd=tcp:127.0.0.1:%d-:22", port), "-device", "virtio-net-device,netdev=net",
	}
	return b, nil
}

func (b *Board) path(name string) string { return filepath.Join(b.folder, name) }

// makeDisk makes an empty file system that belongs to the user.
func (b *Board) makeDisk(ctx context.Context) error {
	program, err := exec.LookPath("mke2fs")
	if err != nil {
		program = "/usr/sbin/mke2fs" // PATH may lack it for users other than root
	}
	out, err := exec.CommandContext(ctx, program, "-q", "-t", "ext4", "-E", "root_owner=1000:1000",
		b.path("disk"), fmt.Sprintf("%dM", diskMiB)).CombinedOutput()
	if err != nil {
		return fault.New(fault.Failure, "Install e2fsprogs.", "make the board's disk: %w: %s", err, out)
	}
	return nil
}

// On switches the board on, and returns when its ssh server answers.
func (b *Board) On(ctx context.Context) error {
	if b.on != nil {
		return errors.New("the board is on")
	}
	log, err := os.OpenFile(b.path("qemu"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	defer log.Close()
	cmd := exec.Command(b.args[0], b.args[1:]...)
	cmd.Env, cmd.Stdout, cmd.Stderr = b.env, log, log
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
	if err := cmd.Start(); err != nil {
		return fmt.Errorf("switch the board on: %w", err)
	}
	b.on, b.ended = cmd, make(chan struct{})
	go func() {
		defer close(b.ended)
		_ = cmd.Wait() // the board's console says why
	}()
	ctx, cancel := context.WithTimeout(ctx, boot)
	defer cancel()
	for {
		if b.answers() {
			return nil
		}
		select {
		case <-b.ended:
			return fmt.Errorf("the board does not stay on: %s", b.Said())
		case <-ctx.Done():
			return fmt.Errorf("the board does not come up: %w: %s", ctx.Err(), b.Said())
		case <-time.After(200 * time.Millisecond):
		}
	}
}

// answers reports whether an ssh server answers. QEMU accepts connections before
// the board does.
func (b *Board) answers() bool {
	c, err := net.DialTimeout("tcp", fmt.Sprintf("127.0.0.1:%d", b.Port), time.Second)
	if err != nil {
		return false
	}
	defer c.Close()
	_ = c.SetDeadline(time.Now().Add(5 * time.Second)) // cannot fail on a TCP connection
	greeting := make([]byte, 4)
	_, err = io.ReadFull(c, greeting)
	return err == nil && string(greeting) == "SSH-"
}

// Off cuts the power: what the board has not written to its disk is lost.
func (b *Board) Off() {
	if b.on == nil {
		return
	}
	_ = b.on.Process.Kill() // it may have ended already
	<-b.ended
	b.on = nil
}

// Said is the end of the board's console output and of QEMU's log.
func (b *Board) Said() string {
	var said []string
	for _, name := range []string{"qemu", "console"} {
		text, _ := os.ReadFile(b.path(name)) // empty before it was first switched on
		said = append(said, string(text[max(0, len(text)-4000):]))
	}
	return strings.TrimSpace(strings.Join(said, "\n"))
}
