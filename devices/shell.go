package devices

import (
	"context"
	"errors"
	"fmt"
)

// shell is how a transport reaches a device other than this machine: its POSIX
// shell, and files. remote builds on it what all such devices have in common.
type shell interface {
	// run runs a script in the device's shell and returns its standard output.
	// The error is an *exitError if the script exited with another status than 0;
	// it wraps errLost if the connection broke, so that it is unknown whether the
	// script ran.
	run(ctx context.Context, script string, stdin []byte) ([]byte, error)
	// put writes a file with the given mode to an absolute path: completely or
	// not at all. Errors are like those of run.
	put(ctx context.Context, path string, data []byte, mode uint32) error
	// close ends the connection.
	close() error
}

// errLost says that the connection to the device, or the device, was lost.
var errLost = errors.New("the connection to the device was lost")

// exitError is the status of a failed script, with the end of its messages.
type exitError struct {
	status int
	stderr string
}

func (e *exitError) Error() string {
	if e.stderr == "" {
		return fmt.Sprintf("exit status %d", e.status)
	}
	return fmt.Sprintf("exit status %d: %s", e.status, e.stderr)
}
