package rundir

import (
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"fbnas/internal/atomicfile"
	"fbnas/internal/fault"
)

// Check reports whether Create can start a run in the folder at path, or with resume
// whether Resume can write there, and leaves no trace. Call it before the
// data are opened. It is a fault.Usage if the path makes no sense or
// already holds a run, a fault.Failure if the disk refuses.
func Check(path string, resume bool) error {
	if err := atomicfile.CheckFolder(path); err != nil || resume || killedEarly(path) {
		return err
	}
	return vacant(path)
}

// Open resumes the run in the folder at path, or creates it where there is none: for
// programs whose runs have fixed places.
func Open(path, verb string, config any, o Options) (*Dir, *Checkpoint, error) {
	if _, err := os.Stat(filepath.Join(path, configName)); err == nil {
		return Resume(path, verb, config, o)
	}
	dir, err := Create(path, verb, config, o)
	return dir, nil, err
}

// CreateNext is Create in the folder root/verb-n; n is one more than the
// largest there, so that numbers follow the order of time. Two processes never get the
// same number.
func CreateNext(root, verb string, config any, o Options) (*Dir, error) {
	undo, err := atomicfile.MakeFolder(root)
	if err != nil {
		return nil, fmt.Errorf("folder of runs: %w", err)
	}
	path, err := next(root, verb)
	if err != nil {
		undo()
		return nil, fmt.Errorf("folder of runs: %w", err)
	}
	return start(path, verb, config, o, func() { os.Remove(path); undo() })
}

// next creates the folder root/verb-n and returns its path.
func next(root, verb string) (string, error) {
	entries, err := os.ReadDir(root)
	if err != nil {
		return "", err
	}
	n := 0
	for _, e := range entries {
		if number, ok := strings.CutPrefix(e.Name(), verb+"-"); ok {
			if k, err := strconv.Atoi(number); err == nil {
				n = max(n, k)
			}
		}
	}
	for {
		n++
		path := filepath.Join(root, fmt.Sprintf("%s-%d", verb, n))
		if err := os.Mkdir(path, 0o755); !errors.Is(err, fs.ErrExist) {
			return path, err
		}
	}
}

// vacant refuses a folder that holds a run.
func vacant(path string) error {
	for _, name := range fileNames {
		if _, err := os.Lstat(filepath.Join(path, name)); err == nil {
			return fault.New(fault.Usage, "Continue it with --resume, or choose another folder with -o.",
				"%s already holds a run (%s)", path, name)
		}
	}
	return nil
}

// killedEarly reports whether the folder holds a run of fbnas that cannot be
// resumed: no summary, and no checkpoint after a step.
func killedEarly(path string) bool {
	info, err := Stat(path)
	if err != nil || info.Finished() || info.Step > 0 {
		return false
	}
	_, _, err = load(path, slog.New(slog.DiscardHandler))
	return err == nil || errors.Is(err, errNone)
}

// NothingSaved reports whether this process has started the run and there is no
// checkpoint after a step: nothing that was computed can be resumed.
func (d *Dir) NothingSaved() bool { return d.unmake != nil && d.saved <= 0 }

// Discard is Close for a failed run without a checkpoint. It removes what this
// process has written, so that the corrected command can use the folder.
func (d *Dir) Discard() error {
	if !d.NothingSaved() {
		return d.Close()
	}
	err := errors.Join(removeFiles(d.path), removeFile(d.path, lockName))
	d.Close() // what it could not write is lost anyway
	d.unmake()
	return err
}

// removeFiles removes a run's files.
func removeFiles(path string) error {
	list := []error{removeFile(path, temporaryName)}
	for _, name := range fileNames {
		list = append(list, removeFile(path, name))
	}
	return errors.Join(list...)
}

func removeFile(path, name string) error {
	if err := os.Remove(filepath.Join(path, name)); !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}
