package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"time"

	"fbnas/internal/process"
	"fbnas/internal/python"
)

// tooLong ends a turn: no step of any row takes a minute.
const tooLong = 10 * time.Minute

// processes does each turn in a process of its own, so that memory and threads
// belong to it alone, and ours and PyTorch's are measured in the same way.
type processes struct{ python, script string }

func (p processes) measure(ctx context.Context, j job) (f figures, err error) {
	command, err := p.command(j)
	if err != nil {
		return f, err
	}
	ctx, cancel := context.WithTimeout(ctx, tooLong)
	defer cancel()
	out, err := process.Output(ctx, nil, j.Env, command...)
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

// findTorch finds a Python with PyTorch, and PyTorch's version: the first Python
// in the path may be another than the distribution's.
func findTorch(ctx context.Context, script string) (program, version string, err error) {
	if _, err := os.Stat(script); err != nil {
		return "", "", fmt.Errorf("rows with PyTorch are left out: %w; run bench in the repository's root, or name its tools/bench/torch_step.py with -torch-script", err)
	}
	found, err := python.Find(ctx, "torch", "numpy")
	if err != nil {
		return "", "", fmt.Errorf("rows with PyTorch are left out (on Debian: apt-get install python3-torch python3-numpy libopenblas0-pthread): %w", err)
	}
	out, err := process.Output(ctx, nil, nil, found, "-c", "import torch; print(torch.__version__)")
	return found, strings.TrimSpace(string(out)), err
}
