package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"runtime"
	"strings"
	"time"

	"fbnas/internal/process"
	"fbnas/internal/setup"
)

// environment says where and with what figures were measured; what cannot be
// determined is left out.
func environment(ctx context.Context, args []string, p plan, torch string) line {
	l := line{
		"bench": "environment", "date": time.Now().Format(time.DateOnly), "command": strings.Join(append([]string{"go run ./tools/bench"}, args...), " "),
		"pairs": p.pairs, "steps": p.steps, "cores": runtime.NumCPU(), "system": runtime.GOOS + "/" + runtime.GOARCH, "go": runtime.Version(),
	}
	if model := fieldOf("/proc/cpuinfo", "model name"); model != "" {
		l["processor"] = model
	}
	var kb float64
	if _, err := fmt.Sscanf(fieldOf("/proc/meminfo", "MemTotal"), "%f kB", &kb); err == nil {
		l["memory_gb"] = rounded(kb / (1 << 20))
	}
	if library, err := setup.ORTLibrary(); err == nil {
		if version, err := setup.ORTVersion(library); err == nil {
			l["onnxruntime"] = version
		}
	}
	if torch != "" {
		l["pytorch"] = torch
	}
	if commit, err := process.Output(ctx, nil, nil, "git", "describe", "--always", "--dirty"); err == nil {
		l["commit"] = strings.TrimSpace(string(commit))
	}
	return l
}

// fieldOf is the text after the first "name:" in a file of the kernel.
func fieldOf(path, name string) string {
	text, err := os.ReadFile(path)
	if err != nil {
		return ""
	}
	for row := range bytes.Lines(text) {
		key, value, _ := strings.Cut(string(row), ":")
		if strings.TrimSpace(key) == name {
			return strings.TrimSpace(value)
		}
	}
	return ""
}
