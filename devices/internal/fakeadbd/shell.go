package fakeadbd

import (
	"encoding/binary"
	"io"
	"os"
	"os/exec"
	"sync"
	"syscall"
)

// The packets of the shell protocol (AOSP, packages/modules/adb/shell_protocol.h).
const (
	stdinPacket  = 0
	stdoutPacket = 1
	stderrPacket = 2
	exitPacket   = 3
	closeStdin   = 4
)

func packet(kind byte, data []byte) []byte {
	b := append([]byte{kind}, binary.LittleEndian.AppendUint32(nil, uint32(len(data)))...)
	return append(b, data...)
}

// shell runs a script as adbd does for a client without a terminal.
func (s *stream) shell(script string) {
	cmd := exec.Command("/bin/sh", "-c", script)
	cmd.Dir = s.link.phone.Folder
	cmd.Env = []string{"PATH=" + s.link.phone.Folder + "/bin:" + os.Getenv("PATH"), "HOME=/", "TMPDIR=" + s.link.phone.Folder, "ANDROID_ROOT=/system"}
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	stdin, err := cmd.StdinPipe()
	if err != nil {
		return
	}
	var mu sync.Mutex
	cmd.Stdout = &packets{s, &mu, stdoutPacket}
	cmd.Stderr = &packets{s, &mu, stderrPacket}
	if err := cmd.Start(); err != nil {
		return
	}
	s.link.wg.Go(func() { s.feed(stdin) })
	_ = cmd.Wait() // the status below says more
	if s.cutShort.Load() {
		return
	}
	status := byte(cmd.ProcessState.ExitCode())
	if s.statusLost.Load() {
		status = 0
	}
	_ = s.raw(packet(exitPacket, []byte{status})) // fails where the connection has ended
}

// feed passes on the client's input.
func (s *stream) feed(stdin io.WriteCloser) {
	defer stdin.Close()
	for {
		var h [5]byte
		if _, err := io.ReadFull(s, h[:]); err != nil {
			return
		}
		data := make([]byte, binary.LittleEndian.Uint32(h[1:]))
		if _, err := io.ReadFull(s, data); err != nil {
			return
		}
		switch h[0] {
		case stdinPacket:
			// If a program has closed its input, its output is still read.
			_, _ = stdin.Write(data)
		case closeStdin:
			stdin.Close()
		}
	}
}

// packets writes one of a program's outputs in packets.
type packets struct {
	s    *stream
	mu   *sync.Mutex
	kind byte
}

func (p *packets) Write(data []byte) (int, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	const most = 4 << 10
	for done := 0; done < len(data); {
		n := min(most, len(data)-done)
		if _, err := p.s.Write(packet(p.kind, data[done:done+n])); err != nil {
			return done, err
		}
		done += n
	}
	return len(data), nil
}
