package main

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"os"
	"runtime"
	"strings"
	"time"

	"fbnas/engine"
	"fbnas/models"
)

// lab is what cells work with.
type lab struct {
	records records
	engine  engine.Engine
	tables  string // folder of spaces and tables
	data    string // folder of images
	work    string // folder of runs
	log     *slog.Logger
	stderr  io.Writer

	tasks map[string]*opened
	shown time.Time
}

// open is the task of that name, read once.
func (l *lab) open(ctx context.Context, name string) (*opened, error) {
	if o := l.tasks[name]; o != nil {
		return o, nil
	}
	for _, t := range tasks {
		if t.name == name {
			o, err := t.open(ctx, l.tables, l.data)
			if err == nil {
				l.tasks[name] = o
			}
			return o, err
		}
	}
	return nil, fmt.Errorf("there is no task %s", name)
}

// progress shows at most one line a second.
func (l *lab) progress(what string, done, total int) {
	if time.Since(l.shown) > time.Second {
		l.shown = time.Now()
		fmt.Fprintf(l.stderr, "\r\x1b[K%s %d/%d", what, done, total)
	}
}

// predict is a network's latency by the task's table, in microseconds.
func (o *opened) predict(blocks []models.Block) (float64, error) {
	e, err := o.costs.Cost.Network(blocks)
	return e.Cost, err
}

// machine is what a cell ran on. Accuracies do not depend on it but for rounding;
// seconds do.
type machine struct {
	CPU   string `json:"cpu"`
	Cores int    `json:"cores"`
}

func thisMachine() machine {
	m := machine{Cores: runtime.NumCPU(), CPU: runtime.GOARCH}
	info, err := os.ReadFile("/proc/cpuinfo")
	if err != nil {
		return m
	}
	for line := range strings.Lines(string(info)) {
		if name, value, ok := strings.Cut(line, ":"); ok && strings.TrimSpace(name) == "model name" {
			m.CPU = strings.TrimSpace(value)
			break
		}
	}
	return m
}
