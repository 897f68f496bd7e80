package rundir

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"syscall"
	"time"

	"fbnas/internal/atomicfile"
	"fbnas/internal/fault"
)

// The files of a run. TensorBoard finds its file by "tfevents" in the name; the
// rest of the name is fixed, since by convention it contains host and user.
const (
	configName     = "config.yaml"
	metricsName    = "metrics.jsonl"
	eventsName     = "events.out.tfevents.fbnas"
	checkpointName = "checkpoint.safetensors"
	previousName   = "checkpoint.prev.safetensors"
	summaryName    = "summary.json"
	lockName       = ".lock"
	// DataName is the file in which a run records its data set.
	DataName = "data.json"
)

// fileNames are those by which a folder is recognised as a run.
var fileNames = []string{configName, metricsName, eventsName, checkpointName, previousName, summaryName, DataName}

// Options are optional.
type Options struct {
	// Log receives warnings; nil is slog.Default().
	Log *slog.Logger
	// Now is the clock of config.yaml and of the TensorBoard events; nil is
	// time.Now.
	Now func() time.Time
}

func (o Options) filled() Options {
	if o.Log == nil {
		o.Log = slog.Default()
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	return o
}

// Dir is a run that this process writes; no other process can write it until Close. It
// is not safe for concurrent use.
type Dir struct {
	path   string
	config string
	opts   Options
	lock   *os.File
	log    *journal
	disk   disk
	// saved is the step of the newest checkpoint, -1 before the first.
	saved int
	// damaged: the file under the newest checkpoint's name cannot be
	// read, and so must not replace the one before.
	damaged bool
	// unmake removes the folders that this process created for the run; nil for a
	// resumed run.
	unmake func()
}

// Path is the run's folder.
func (d *Dir) Path() string { return d.path }

// Create starts a run in the folder at path, which is created if it does not
// exist. config is written to config.yaml; it contains what decides the run's
// result, and nothing else, because Resume refuses a different one. It is a
// fault.Usage if the folder already holds a run, unless that was killed before
// its first checkpoint: then it is removed. A failed start leaves nothing
// behind.
func Create(path, verb string, config any, o Options) (_ *Dir, err error) {
	unmake, err := atomicfile.MakeFolder(path)
	if err != nil {
		return nil, fmt.Errorf("create run: %w", err)
	}
	return start(path, verb, config, o, unmake)
}

// start starts a run in an existing folder, which unmake removes.
func start(path, verb string, config any, o Options, unmake func()) (_ *Dir, err error) {
	d, err := lock(path, o)
	if err != nil {
		unmake()
		return nil, err
	}
	err = vacant(path)
	if err != nil && killedEarly(path) {
		d.opts.Log.Warn("the run that was here was killed before its first checkpoint, and is removed", "folder", path)
		err = removeFiles(path)
	}
	if err != nil {
		return nil, errors.Join(err, d.Close())
	}
	d.unmake = unmake
	defer func() {
		if err != nil {
			err = errors.Join(err, d.Discard())
		}
	}()
	if d.config, err = writeConfig(path, verb, config, d.opts.Now()); err != nil {
		return nil, err
	}
	if d.log, err = createJournal(path, d.opts.Now()); err != nil {
		return nil, err
	}
	return d, nil
}

// Resume continues the run in the folder at path from its newest usable
// checkpoint, which it returns; nil if the run was stopped before its first.
// Metrics and events of later steps are removed. It is a fault.Usage if the
// folder holds no run of this verb, or one with another configuration: the
// message names every field that differs.
func Resume(path, verb string, config any, o Options) (_ *Dir, _ *Checkpoint, err error) {
	if _, err := os.Stat(filepath.Join(path, configName)); errors.Is(err, fs.ErrNotExist) {
		return nil, nil, fault.New(fault.Usage, "Start it without --resume.", "there is no run in %s to resume", path)
	}
	d, err := lock(path, o)
	if err != nil {
		return nil, nil, err
	}
	defer d.closeOn(&err)
	doc, err := readDocument[any](path)
	if err != nil {
		return nil, nil, err
	}
	if doc.Verb != verb {
		return nil, nil, fault.New(fault.Usage, "Give the folder of a run of the same kind.", "resume %s: it is a %s run, not a %s run", path, doc.Verb, verb)
	}
	checkpoint, damaged, err := load(path, d.opts.Log)
	if err == nil {
		d.saved, d.damaged = checkpoint.Step, damaged
	} else if !errors.Is(err, errNone) {
		return nil, nil, err
	}
	if d.config, err = sameConfig(path, config, doc.Config, checkpoint.config); err != nil {
		return nil, nil, err
	}
	if err := sweep(path); err != nil {
		return nil, nil, err
	}
	if d.log, err = resumeJournal(path, d.saved, d.opts); err != nil {
		return nil, nil, err
	}
	if d.saved < 0 {
		return d, nil, nil
	}
	return d, &checkpoint, nil
}

// Finish writes summary as JSON to summary.json, which marks the run as
// finished.
func (d *Dir) Finish(summary any) error {
	text, err := json.MarshalIndent(summary, "", "  ")
	if err != nil {
		return fmt.Errorf("summary of %s: %w", d.path, err)
	}
	if err := d.log.sync(); err != nil {
		return err
	}
	return atomicfile.WriteBytes(filepath.Join(d.path, summaryName), append(text, '\n'))
}

// Close writes buffered data and lets other processes write the run.
func (d *Dir) Close() error {
	var err error
	if d.log != nil {
		err = d.log.close()
	}
	return errors.Join(err, d.lock.Close())
}

func (d *Dir) closeOn(err *error) {
	if *err != nil {
		d.Close()
	}
}

// lock locks the run's folder for this process. The kernel releases the lock of a
// process that dies.
func lock(path string, o Options) (*Dir, error) {
	f, err := os.OpenFile(filepath.Join(path, lockName), os.O_CREATE|os.O_RDWR, 0o644)
	if err != nil {
		return nil, fmt.Errorf("lock run: %w", err)
	}
	err = syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
	if err == nil {
		return &Dir{path: path, opts: o.filled(), lock: f, disk: folder(path), saved: -1}, nil
	}
	f.Close()
	if errors.Is(err, syscall.EWOULDBLOCK) {
		return nil, fault.New(fault.Failure, "Wait until it ends or stop it, or choose another folder with -o.",
			"another process is writing the run in %s", path)
	}
	return nil, fmt.Errorf("lock %s: %w", f.Name(), err)
}

// sweep removes the temporary files that a killed process left.
func sweep(path string) error {
	left, err := filepath.Glob(filepath.Join(path, ".*.tmp-*"))
	if err != nil {
		return fmt.Errorf("clean %s: %w", path, err)
	}
	for _, name := range left {
		if err := os.Remove(name); err != nil {
			return fmt.Errorf("clean run: %w", err)
		}
	}
	return nil
}

// Files are the paths of all files of the run at path, whether they exist or not.
func Files(path string) []string {
	var list []string
	for _, name := range fileNames {
		list = append(list, filepath.Join(path, name))
	}
	return list
}
