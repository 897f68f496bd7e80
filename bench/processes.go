package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"time"
)

// tooLong ends a turn: no step of any row takes a minute.
const tooLong = 10 * time.Minute

// processes does each turn in a process of its own, so that its memory and its
// threads are its alone and ours and PyTorch's are measured alike.
type processes struct{ python, script string }

func (p processes) measure(ctx context.Context, j job) (f figures, err error) {
	command, err := p.command(j)
	if err != nil {
		return f, err
	}
	ctx, cancel := context.WithTimeout(ctx, tooLong)
	defer cancel()
	out, err := output(ctx, command, j.Env...)
	if err != nil {
		return f, err
	}
	if err := json.Unmarshal(out, &f); err != nil {
		return f, fmt.Errorf("output of %s: %w", command[0], err)
	}
	return f, nil
}

func (p processes) command(j job) ([]string, error) {
	if j.Kind == torchJob || j.Kind == torchBlocksJob {
		args, err := j.python(p.script)
		return append([]string{p.python}, args...), err
	}
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	text, err := json.Marshal(j)
	return []string{self, "-one", string(text)}, err
}

// output is a command's, run with env beside this process's environment; an
// error has the last line of its complaint.
func output(ctx context.Context, command []string, env ...string) ([]byte, error) {
	cmd := exec.CommandContext(ctx, command[0], command[1:]...)
	cmd.Env = append(os.Environ(), env...)
	var complaint bytes.Buffer
	cmd.Stderr = &complaint
	out, err := cmd.Output()
	if err != nil {
		lines := strings.Split(strings.TrimSpace(complaint.String()), "\n")
		return nil, fmt.Errorf("%s: %w: %s", command[0], err, lines[len(lines)-1])
	}
	return out, nil
}

// findTorch is a Python that has PyTorch, and PyTorch's version: the first in
// the path may be another than the distribution's.
func findTorch(ctx context.Context, script string) (python, version string, err error) {
	if _, err := os.Stat(script); err != nil {
		return "", "", fmt.Errorf("rows with PyTorch are left out: %w; -torch-script names the yardstick's torch_step.py", err)
	}
	var problems []error
	for _, python := range []string{"python3", "/usr/bin/python3"} {
		out, err := output(ctx, []string{python, "-c", "import torch, numpy; print(torch.__version__)"})
		if err == nil {
			return python, strings.TrimSpace(string(out)), nil
		}
		problems = append(problems, err)
	}
	return "", "", fmt.Errorf("rows with PyTorch are left out (on Debian: apt-get install python3-torch python3-numpy libopenblas0-pthread): %w", errors.Join(problems...))
}
