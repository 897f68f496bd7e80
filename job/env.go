package job

import (
	"io/fs"
	"log/slog"
	"os"

	"fbnas/dataset"
	"fbnas/internal/fault"
)

// Env is what a job works in: whom it tells what, and what it knows of the
// machine. A job may use it only in the goroutine that called it.
type Env struct {
	Log      *slog.Logger // notes and warnings for the user; nil: nobody reads them
	Progress Progress     // nil: nobody looks
	Tool     string       // the program and its version, for files that state their maker
	System   fs.FS        // what Linux says of itself, from the root; nil: this machine

	// Data are the data sets that jobs have opened, in the order of their opening.
	Data []dataset.Summary
}

// Progress hears that done of total parts of a stage are done. Stages come one
// after the other.
type Progress func(stage string, done, total int)

// Hint is what to do about an error of a job; "" where nothing is known.
func Hint(err error) string { return fault.HintOf(err) }

func (env *Env) log() *slog.Logger {
	if env.Log == nil {
		return slog.New(slog.DiscardHandler)
	}
	return env.Log
}

func (env *Env) at(stage string, done, total int) {
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
