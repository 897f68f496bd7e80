package job

import (
	"io/fs"
	"log/slog"
	"os"

	"fbnas/dataset"
	"fbnas/internal/fault"
)

// Env is a job's environment: where it logs and reports progress, and what it
// knows of the machine. A job may use it only in the goroutine that called it.
type Env struct {
	Log      *slog.Logger // notes and warnings for the user; nil: discarded
	Progress Progress     // nil: not reported
	Tool     string       // the program and its version, for files that record what made them
	System   fs.FS        // the root of the file system that has /proc and /sys; nil: this machine's

	// Data are the data sets that jobs have opened, in that order.
	Data []dataset.Summary
}

// Progress is told that `done` of `total` parts of a stage are finished. Stages
// come one after the other.
type Progress func(stage string, done, total int)

// Hint says what to do about an error of a job; "" where nothing is known.
func Hint(err error) string { return fault.HintOf(err) }

func (env *Env) log() *slog.Logger {
	if env.Log == nil {
		return slog.New(slog.DiscardHandler)
	}
	return env.Log
}

func (env *Env) progress(stage string, done, total int) {
	if env.Progress != nil {
		env.Progress(stage, done, total)
	}
}

func (env *Env) system() fs.FS {
	if env.System == nil {
		return os.DirFS("/")
	}
	return env.System
}
