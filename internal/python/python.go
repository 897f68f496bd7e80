// Package python runs the distribution's Python for comparisons: PyTorch as a
// peer, ONNX's own checker. What fbnas does for its users needs no Python.
package python

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
)

// Find is an interpreter that can import all the modules, which are named as
// an import statement names them. The first in the path may be another than
// the distribution's, which has its packages.
func Find(ctx context.Context, modules ...string) (string, error) {
	var problems []error
	for _, python := range []string{"python3", "/usr/bin/python3"} {
		_, err := Output(ctx, nil, nil, python, "-c", "import "+strings.Join(modules, ", "))
		if err == nil {
			return python, nil
		}
		problems = append(problems, err)
	}
	return "", errors.Join(problems...)
}

// Output is what a command prints, run with env beside this process's
// environment; an error has the last line of its complaint.
func Output(ctx context.Context, stdin io.Reader, env []string, command ...string) ([]byte, error) {
	cmd := exec.CommandContext(ctx, command[0], command[1:]...)
	cmd.Env = append(os.Environ(), env...)
	cmd.Stdin = stdin
	var complaint bytes.Buffer
	cmd.Stderr = &complaint
	out, err := cmd.Output()
	if err != nil {
		lines := strings.Split(strings.TrimSpace(complaint.String()), "\n")
		return nil, fmt.Errorf("%s: %w: %s", command[0], err, lines[len(lines)-1])
	}
	return out, nil
}
