package main

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"slices"
	"strings"
	"sync"

	"fbnas/internal/text"
)

// handler writes log records as lines for a person at a terminal:
//
//	fetching Fashion-MNIST (from=Debian package=dataset-fashion-mnist)
//	warning: download failed, trying again (item=fashion-mnist)
type handler struct {
	mu    *sync.Mutex
	w     io.Writer
	level slog.Level
	attrs []slog.Attr
	group string

	warned *[]string // the warnings, as they were written
}

func newHandler(w io.Writer, level slog.Level) *handler {
	return &handler{mu: new(sync.Mutex), w: w, level: level, warned: new([]string)}
}

// warnings are those that were written, without the word; none of no handler.
func (h *handler) warnings() []string {
	if h == nil {
		return nil
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	return slices.Clone(*h.warned)
}

func (h *handler) Enabled(_ context.Context, level slog.Level) bool { return level >= h.level }

func (h *handler) Handle(_ context.Context, r slog.Record) error {
	var attrs []string
	add := func(a slog.Attr) bool {
		attrs = append(attrs, fmt.Sprintf("%s=%v", a.Key, a.Value))
		return true
	}
	for _, a := range h.attrs {
		add(a)
	}
	r.Attrs(func(a slog.Attr) bool {
		a.Key = h.group + a.Key
		return add(a)
	})
	line := r.Message
	if len(attrs) > 0 {
		line += " (" + strings.Join(attrs, " ") + ")"
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	if r.Level >= slog.LevelWarn {
		*h.warned = append(*h.warned, line)
		line = "warning: " + line
	}
	_, err := fmt.Fprintln(h.w, text.Plain(line))
	return err
}

func (h *handler) WithAttrs(attrs []slog.Attr) slog.Handler {
	next := *h
	next.attrs = append([]slog.Attr{}, h.attrs...)
	for _, a := range attrs {
		a.Key = h.group + a.Key
		next.attrs = append(next.attrs, a)
	}
	return &next
}

func (h *handler) WithGroup(name string) slog.Handler {
	next := *h
	next.group += name + "."
	return &next
}
