package main

import (
	"runtime"
	"time"

	"github.com/spf13/cobra"

	"fbnas/engine/ort"
	"fbnas/internal/atomicfile"
	"fbnas/internal/fault"
	"fbnas/internal/rundir"
	"fbnas/train"
)

// runFlags are those of the verbs that write a run.
type runFlags struct {
	out    string
	resume bool
	engine engineConfig
	data   string
	every  time.Duration
}

// engineConfig is what a run computes with, in its config.yaml.
type engineConfig struct {
	Threads  int          `yaml:"threads"`
	Dialect  ort.Dialect  `yaml:"dialect"`
	Provider ort.Provider `yaml:"ep,omitempty"` // runs from before there was a choice have none
}

// keepGiven copies the settings that the command line names.
func (c *engineConfig) keepGiven(cmd *cobra.Command, given engineConfig) {
	for flag, set := range map[string]func(){
		"threads": func() { c.Threads = given.Threads },
		"dialect": func() { c.Dialect = given.Dialect },
		"ep":      func() { c.Provider = given.Provider },
	} {
		if cmd.Flags().Changed(flag) {
			set()
		}
	}
}

func (r *runFlags) add(cmd *cobra.Command) {
	f := cmd.Flags()
	f.StringVar(&r.data, "data", "", "built-in `data` set, or a folder of images by class")
	f.StringVarP(&r.out, "output", "o", "", "the run's `folder` (default runs/VERB-N)")
	f.BoolVar(&r.resume, "resume", false, "go on with the run in -o; its own options hold where none are given")
	f.DurationVar(&r.every, "checkpoint-every", time.Minute, "time between checkpoints")
	f.StringVar((*string)(&r.engine.Dialect), "dialect", string(ort.Auto), "how programs are written for ONNX Runtime: auto, std or blocked (fbnas doctor)")
	f.StringVar((*string)(&r.engine.Provider), "ep", string(ort.CPU), "execution provider that trains: cpu or cuda (fbnas doctor)")
	f.IntVar(&r.engine.Threads, "threads", runtime.NumCPU(), "threads of the training; results repeat bit for bit for the same number")
}

// trainFlags are the settings of a training that the command line can change.
func trainFlags(cmd *cobra.Command, c *train.Config) {
	f := cmd.Flags()
	f.IntVar(&c.Epochs, "epochs", c.Epochs, "passes over the training images")
	f.IntVar(&c.Batch, "batch", c.Batch, "images in a step")
	f.Float64Var(&c.LearningRate, "lr", c.LearningRate, "largest learning rate")
	f.Float64Var(&c.LabelSmoothing, "label-smoothing", c.LabelSmoothing, "probability spread over all classes")
	f.IntVar(&c.PadCrop, "pad-crop", c.PadCrop, "random crop after padding by so many pixels")
	f.BoolVar(&c.Flip, "flip", c.Flip, "mirror images at random")
	f.Float64Var(&c.CropScale, "crop-scale", c.CropScale, "crop a random part of the image, of this part of its area or more, and resize it; 0: do not")
	f.Float64Var(&c.CropRatio, "crop-ratio", c.CropRatio, "largest ratio of such a crop's sides; 0: 4/3")
	f.BoolVar(&c.Trivial, "trivial-augment", c.Trivial, "change images at random by one operation of 14, such as a rotation (TrivialAugment)")
	f.Uint64Var(&c.Seed, "seed", c.Seed, "decides everything that is drawn")
}

// techniqueFlags are those that a training has and a search has not.
func techniqueFlags(cmd *cobra.Command, t *train.Techniques) {
	f := cmd.Flags()
	f.StringVar((*string)(&t.Freeze), "freeze", string(t.Freeze), "`part` that keeps its weights: backbone (all but the classifier), a number of blocks, or a name such as blocks.03")
	f.Float64Var(&t.EMA, "ema", t.EMA, "decay of moving averages of the weights, which are tested and written, such as 0.999; 0: none")
	f.Float64Var(&t.DropPath, "drop-path", t.DropPath, "rate of stochastic depth at the last residual block; it grows linearly up to there")
	f.Float64Var(&t.Dropout, "dropout", t.Dropout, "rate at which features are dropped before the classifier")
	f.Float64Var(&t.Mixup, "mixup", t.Mixup, "mix pairs of images; their shares are drawn from Beta(x, x), such as 0.2; 0: do not")
}

// runsFolder is where runs lie that are not given a place.
const runsFolder = "runs"

// check refuses numbers that no run can have, and a folder that the run cannot
// be written to, before the data are opened.
func (r runFlags) check() error {
	if r.engine.Threads < 1 {
		return fault.New(fault.Usage, "Give --threads 1 or more, or leave it out: the default is one for each core.", "%d threads", r.engine.Threads)
	}
	if r.every < 0 {
		return fault.New(fault.Usage, "Give --checkpoint-every a time such as 1m.", "%v between checkpoints", r.every)
	}
	if r.out == "" {
		return atomicfile.CheckFolder(runsFolder)
	}
	return rundir.Check(r.out, r.resume)
}

// openRun starts the run of a verb, or goes on with it.
func openRun[C any](a *app, verb string, r runFlags, config C) (*rundir.Dir, *rundir.Checkpoint, error) {
	o := rundir.Options{Log: a.log}
	if r.resume {
		return rundir.Resume(r.out, verb, config, o)
	}
	if r.out == "" {
		dir, err := rundir.CreateNext(runsFolder, verb, config, o)
		return dir, nil, err
	}
	dir, err := rundir.Create(r.out, verb, config, o)
	return dir, nil, err
}

// stopped ends a run that has not come to its end: an interruption gets the
// command that goes on, and a failure before anything was trained leaves no
// folder in the way of the corrected command.
func stopped(a *app, err error, verb string, dir *rundir.Dir) error {
	if fault.CodeOf(err) == fault.Interrupted {
		return fault.New(fault.Interrupted, "Go on with: "+verb+" --resume -o "+quoted(located(dir.Path())), "%w", err)
	}
	if !dir.Barren() {
		return err
	}
	if failed := dir.Discard(); failed != nil {
		a.log.Warn("the run's folder could not be removed", "error", failed)
	} else {
		a.log.Info("the run failed before its first checkpoint, and " + dir.Path() + " is removed")
	}
	return err
}

// resumed returns the configuration of the run that is resumed, for options
// that are not given again.
func resumed[C any](r runFlags) (C, error) {
	if r.out == "" {
		var none C
		return none, fault.New(fault.Usage, "Give -o RUN.", "--resume needs the run's folder")
	}
	return rundir.ReadConfig[C](r.out)
}
