package agent

import (
	"io"
	"os"
	"strings"

	"golang.org/x/sys/unix"
)

// captureStderr runs f and returns the lines that anything in the process wrote
// to standard error meanwhile; it passes them on afterwards. It works on the file
// descriptor, because ONNX Runtime writes some messages before it has a log.
// Where the system does not allow it, f runs and there are no lines.
func captureStderr(f func()) []string {
	fd, err := unix.MemfdCreate("log", unix.MFD_CLOEXEC)
	if err != nil {
		f()
		return nil
	}
	log := os.NewFile(uintptr(fd), "log")
	defer log.Close()
	stderr, err := unix.FcntlInt(2, unix.F_DUPFD_CLOEXEC, 0)
	if err != nil {
		f()
		return nil
	}
	defer unix.Close(stderr)
	if err := unix.Dup3(fd, 2, 0); err != nil {
		f()
		return nil
	}
	f()
	// The descriptor was valid a moment ago: restoring it cannot fail.
	_ = unix.Dup3(stderr, 2, 0)
	const limit = 64 << 10
	text, err := io.ReadAll(io.NewSectionReader(log, 0, limit))
	if err != nil {
		return nil
	}
	os.Stderr.Write(text)
	return strings.FieldsFunc(string(text), func(r rune) bool { return r == '\n' })
}
