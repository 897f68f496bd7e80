package main

import (
	"runtime"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"fbnas/engine/ort"
	"fbnas/internal/fault"
	"fbnas/internal/text"
	"fbnas/job"
	"fbnas/train"
)

// runFlags are the flags of the verbs that write a run.
type runFlags struct{ job.RunOptions }

// options are the flags' values; for a resumed run, only those that are given.
func (r runFlags) options(cmd *cobra.Command) (job.RunOptions, error) {
	o := r.RunOptions
	if o.Engine.Threads < 1 {
		return o, fault.New(fault.Usage, "Give --threads 1 or more, or leave it out: the default is one for each core.", "%s", text.Plural(o.Engine.Threads, "thread"))
	}
	given := cmd.Flags().Changed
	if o.Resume && !given("threads") {
		o.Engine.Threads = 0
	}
	if o.Resume && !given("dialect") {
		o.Engine.Dialect = ""
	}
	if o.Resume && !given("ep") {
		o.Engine.Provider = ""
	}
	return o, nil
}

func (r *runFlags) add(cmd *cobra.Command) {
	f := cmd.Flags()
	f.StringVar(&r.Data, "data", "", "built-in `data` set, or a folder of images by class")
	f.StringVarP(&r.Folder, "output", "o", "", "the run's `folder` (default runs/VERB-N)")
	f.BoolVar(&r.Resume, "resume", false, "resume the run in -o; its own options apply where none are given")
	f.DurationVar(&r.SaveEvery, "checkpoint-every", time.Minute, "time between checkpoints")
	f.StringVar((*string)(&r.Engine.Dialect), "dialect", string(ort.Auto), "how programs are written for ONNX Runtime: auto, std or blocked (fbnas doctor)")
	f.StringVar((*string)(&r.Engine.Provider), "ep", string(ort.CPU), "execution provider that trains: cpu or cuda (fbnas doctor)")
	f.IntVar(&r.Engine.Threads, "threads", runtime.NumCPU(), "threads of the training; results repeat bit for bit for the same number")
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

// techniqueFlags are the flags that a training has and a search does not.
func techniqueFlags(cmd *cobra.Command, t *train.Techniques) {
	f := cmd.Flags()
	f.StringVar((*string)(&t.Freeze), "freeze", string(t.Freeze), "`part` that keeps its weights: backbone (all but the classifier), a number of blocks, or a name such as blocks.03")
	f.Float64Var(&t.EMA, "ema", t.EMA, "decay of moving averages of the weights, which are tested and written, such as 0.999; 0: none")
	f.Float64Var(&t.DropPath, "drop-path", t.DropPath, "rate of stochastic depth at the last residual block; it grows linearly up to there")
	f.Float64Var(&t.Dropout, "dropout", t.Dropout, "rate at which features are dropped before the classifier")
	f.Float64Var(&t.Mixup, "mixup", t.Mixup, "mix pairs of images; their shares are drawn from Beta(x, x), such as 0.2; 0: do not")
}

// settings are the flags of a training's configuration, with their names in
// config.yaml.
var settings = map[string]string{
	"epochs": "epochs", "batch": "batch", "lr": "learning_rate", "label-smoothing": "label_smoothing",
	"pad-crop": "pad_crop", "flip": "flip", "crop-scale": "crop_scale", "crop-ratio": "crop_ratio",
	"trivial-augment": "trivial_augment", "freeze": "freeze", "ema": "ema", "drop-path": "drop_path",
	"dropout": "dropout", "mixup": "mixup", "seed": "seed",
}

// given lists the settings on the command line.
func given(cmd *cobra.Command) (names []string) {
	cmd.Flags().Visit(func(f *pflag.Flag) {
		if name, ok := settings[f.Name]; ok {
			names = append(names, name)
		}
	})
	return names
}
