package dataset

import (
	"context"
	"log/slog"
)

// recorder keeps the warnings that pass through it.
type recorder struct {
	slog.Handler
	kept *[]string
}

func (r recorder) Enabled(ctx context.Context, level slog.Level) bool {
	return level >= slog.LevelWarn || r.Handler.Enabled(ctx, level)
}

func (r recorder) Handle(ctx context.Context, record slog.Record) error {
	if record.Level >= slog.LevelWarn {
		*r.kept = append(*r.kept, record.Message)
	}
	if !r.Handler.Enabled(ctx, record.Level) {
		return nil
	}
	return r.Handler.Handle(ctx, record)
}
