package job

import (
	"runtime"
	"time"

	"fbnas/engine/ort"
	"fbnas/internal/atomicfile"
	"fbnas/internal/fault"
	"fbnas/internal/rundir"
	"fbnas/internal/text"
)

// RunsFolder is where runs are kept that are not given a folder.
const RunsFolder = "runs"

// RunOptions are the options of jobs that write a run.
type RunOptions struct {
	Folder string // of the run; "": the next free one below RunsFolder
	// Resume continues the run in Folder: where options are zero, its
	// configuration applies.
	Resume    bool
	Data      string // a folder of images by class, or a built-in set
	Engine    EngineConfig
	SaveEvery time.Duration // between checkpoints
}

// EngineConfig is what a run computes with, in its config.yaml. Zero fields of
// options mean the defaults: a thread for each core, the dialect that is fastest
// on this machine's processor, and the processor itself.
type EngineConfig struct {
	Threads  int          `yaml:"threads"`
	Dialect  ort.Dialect  `yaml:"dialect"`
	Provider ort.Provider `yaml:"ep,omitempty"` // absent in runs older than this option
}

// override is c with the non-zero fields of given in place of its own.
func (c EngineConfig) override(given EngineConfig) EngineConfig {
	if given.Threads != 0 {
		c.Threads = given.Threads
	}
	if given.Dialect != "" {
		c.Dialect = given.Dialect
	}
	if given.Provider != "" {
		c.Provider = given.Provider
	}
	return c
}

// defaultEngine is what zero fields of an EngineConfig mean in a new run.
func defaultEngine() EngineConfig { return EngineConfig{runtime.NumCPU(), ort.Auto, ort.CPU} }

// check refuses impossible numbers, and a folder that the run cannot be written
// to, before the data are opened.
func (r RunOptions) check() error {
	if r.Engine.Threads < 0 {
		return fault.New(fault.Usage, "Give --threads 1 or more, or leave it out: the default is one for each core.", "%s", text.Plural(r.Engine.Threads, "thread"))
	}
	if r.SaveEvery < 0 {
		return fault.New(fault.Usage, "Give --checkpoint-every a time such as 1m.", "%v between checkpoints", r.SaveEvery)
	}
	if r.Folder == "" {
		return atomicfile.CheckFolder(RunsFolder)
	}
	return rundir.Check(r.Folder, r.Resume)
}

// openRun starts the run of a verb, or resumes it.
func openRun[C any](env *Env, verb string, r RunOptions, config C) (*rundir.Dir, *rundir.Checkpoint, error) {
	o := rundir.Options{Log: env.log()}
	if r.Resume {
		return rundir.Resume(r.Folder, verb, config, o)
	}
	if r.Folder == "" {
		dir, err := rundir.CreateNext(RunsFolder, verb, config, o)
		return dir, nil, err
	}
	dir, err := rundir.Create(r.Folder, verb, config, o)
	return dir, nil, err
}

// runError ends a run that was not completed: after an interruption the error
// names the command that resumes; after a failure before anything was trained the
// folder is removed, so that it does not block the corrected command.
func runError(env *Env, err error, verb string, dir *rundir.Dir) error {
	if fault.CodeOf(err) == fault.Interrupted {
		return fault.New(fault.Interrupted, "Resume with: fbnas "+verb+" --resume -o "+text.Quoted(Located(dir.Path())), "%w", err)
	}
	if !dir.NothingSaved() {
		return err
	}
	if failed := dir.Discard(); failed != nil {
		env.log().Warn("the run's folder could not be removed", "error", failed)
	} else {
		env.log().Info("the run failed before its first checkpoint, and " + dir.Path() + " is removed")
	}
	return err
}

// resumed returns the configuration of the run to resume, for options that are
// not given again.
func resumed[C any](r RunOptions) (C, error) {
	if r.Folder == "" {
		var none C
		return none, fault.New(fault.Usage, "Give -o RUN.", "--resume needs the run's folder")
	}
	return rundir.ReadConfig[C](r.Folder)
}
