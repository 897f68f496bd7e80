package devices

import (
	"context"
	"errors"
	"fmt"
)

// shell is how a transport reaches a device that is not this machine: its POSIX
// shell, and files. What is common to all such devices is built on it (remote).
type shell interface {
	// run runs a script in the device's shell and returns what it wrote to
	// standard output. Its error is an *exitError where the script ended with
	// another status than 0, and wraps errLost where the connection broke, so
	// that nobody knows whether the script ran.
	run(ctx context.Context, script string, stdin []byte) ([]byte, error)
	// put writes a file of the given mode under an absolute path: all of it or
	// none. Errors as those of run.
	put(ctx context.Context, path string, data []byte, mode uint32) error
	// close lets the connection go.
	close() error
}

// errLost says that the connection to the device broke, or that the device went away.
var errLost = errors.New("the connection to the device was lost")

// exitError is the status of a script that failed, and the end of what it said.
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
