package main

import (
	"context"
	"fmt"
	"io"
	"path/filepath"

	"github.com/spf13/cobra"

	"fbnas/dataset"
	"fbnas/internal/text"
	"fbnas/models"
	"fbnas/train"
	"fbnas/weights"
)

type trainOptions struct {
	runFlags
	train     train.Config
	initial   string
	anew      bool
	normalise string
}

func trainVerb(a *app) *cobra.Command {
	o := trainOptions{train: train.DefaultConfig()}
	cmd := &cobra.Command{
		Use:   "train [RUN|ARCH.yaml|NAME] --data DATA",
		Short: "Train an architecture",
		Long: "Train the architecture that a search found, that a file describes or that is\n" +
			"built in, from random weights or from those of another training (--init-from):\n" +
			"then the classifier starts anew where the classes are others, pixels are\n" +
			"normalised as they were there, and the architecture is that file's unless one is\n" +
			"given. Interrupting keeps the state; --resume goes on and ends in what an\n" +
			"uninterrupted training gives, bit for bit. See docs/training.md.",
		Example: "  fbnas train runs/search-1 --data photos/\n" +
			"  fbnas train arch.yaml --data fashion-mnist --epochs 20 -o runs/mine\n" +
			"  fbnas train --resume -o runs/mine\n" +
			"  fbnas train --init-from model.onnx --data flowers/ --epochs 30\n" +
			"  fbnas train --init-from runs/mine --data flowers/ --freeze backbone --epochs 5\n" +
			"  fbnas train fbnetv2_f1 --data photos/ --crop-scale 0.35 --trivial-augment \\\n" +
			"    --mixup 0.2 --drop-path 0.1 --dropout 0.2 --ema 0.999 --epochs 100",
		Args: cobra.MaximumNArgs(1),
	}
	o.add(cmd)
	trainFlags(cmd, &o.train)
	techniqueFlags(cmd, &o.train.Techniques)
	f := cmd.Flags()
	f.StringVar(&o.initial, "init-from", "", "start from the weights in this `file` (.onnx, .safetensors, .pth) or finished training")
	f.BoolVar(&o.anew, "new-classifier", false, "start the classifier anew where --init-from has one for classes of the same names, too")
	f.StringVar(&o.normalise, "normalise", "", "`how` pixels are normalised: source (as for the weights of --init-from), data (by the images' own mean and deviation) or imagenet (default source where that is known, else data)")
	cmd.RunE = a.does(func(ctx context.Context, args []string) (result, error) { return runTrain(ctx, a, cmd, o, args) })
	return cmd
}

// trainResult is what a training achieved: its summary.json.
type trainResult struct {
	Run           string  `json:"run"`
	Top1          float64 `json:"top1"`
	TestImages    int     `json:"test_images"`
	Epochs        int     `json:"epochs"`
	Steps         int     `json:"steps"`
	Seconds       float64 `json:"seconds"`
	WaitFraction  float64 `json:"wait_fraction"`
	MemoryBytes   int64   `json:"memory_bytes"` // foretold; 0 where that cannot be
	MACs          int64   `json:"macs"`
	Params        int64   `json:"params"`
	TrainedParams int64   `json:"trained_params"` // all but the frozen ones
	Arch          string  `json:"arch"`
	Data          string  `json:"data"`
	Seed          uint64  `json:"seed"`
	// InitFrom is null for a training from random weights, as InitFresh is: the
	// parameters that started anew all the same.
	InitFrom  *string  `json:"init_from"`
	InitFresh []string `json:"init_fresh"`
}

func runTrain(ctx context.Context, a *app, cmd *cobra.Command, o trainOptions, args []string) (result, error) {
	if err := o.check(); err != nil {
		return nil, err
	}
	c, from, err := o.config(a, cmd, args)
	if from != nil {
		defer from.Close()
	}
	if err != nil {
		return nil, err
	}
	job, arch, err := prepareTraining(ctx, a, &c, o.reads(c.Data), from, o.anew)
	if err != nil {
		return nil, err
	}
	if err := o.remember(a, &c.DataDigest, job.Data); err != nil {
		return nil, err
	}
	if !o.resume && !cmd.Flags().Changed("batch") {
		fitBatch(a, &c.Train, job.Data.Train.Len())
		job.Config = c.Train
	}
	job.SaveEvery = o.every
	if job.Engine, err = openTrainer(a, &c.Engine, c.Train.Batch); err != nil {
		return nil, err
	}
	defer job.Engine.Close()
	needed, err := a.checkMemory(c.Train.Batch, job.Memory)
	if err != nil {
		return nil, err // before there is a folder of a run
	}
	if job.Dir, job.From, err = openRun(a, "train", o.runFlags, c); err != nil {
		return nil, err
	}
	defer job.Dir.Close()
	if err := keepData(job.Dir, c.DataDigest, job.Data); err != nil {
		return nil, err
	}
	shown := a.progress()
	defer shown.close()
	job.Progress = func(p train.Progress) { shown.at("train", p.Done, p.Steps) }
	r, err := job.Run(ctx)
	if err != nil {
		return nil, stopped(a, err, "fbnas train", job.Dir)
	}
	w := weights.Network{Arch: arch, Classes: job.Data.Classes, Preprocessing: job.Data.Preprocessing(),
		Data: job.Data.Summary.Digest, Test: r.Test, Values: r.Values}
	if err := w.Write(filepath.Join(job.Dir.Path(), weightsName)); err != nil {
		return nil, err
	}
	counts := models.Count(job.Blocks)
	s := trainResult{
		Run: job.Dir.Path(), Top1: r.Test.Top1(), TestImages: r.Test.Images, Epochs: c.Train.Epochs, Steps: r.Steps,
		Seconds: r.Timing.Total.Seconds(), WaitFraction: r.Timing.WaitFraction(), MemoryBytes: needed,
		MACs: counts.MACs, Params: counts.Params, TrainedParams: c.Train.Freeze.Left(models.Params(job.Blocks)),
		Arch: arch.Name, Data: o.reads(c.Data), Seed: c.Train.Seed,
	}
	if c.Initial != "" {
		s.InitFrom, s.InitFresh = &c.Initial, append([]string{}, c.Fresh...)
	}
	return s, job.Dir.Finish(s)
}

// prepareTraining opens the data, fits the architecture to their classes and
// takes over the weights to start from, whose classifier starts anew where that
// is asked for; c then says so.
func prepareTraining(ctx context.Context, a *app, c *trainConfig, data string, from *weights.File, anew bool) (job train.Job, arch models.Arch, err error) {
	if arch, err = models.ParseArch([]byte(c.Arch)); err != nil {
		return job, arch, err
	}
	in := arch.Input
	set, err := openAs(ctx, a, data, dataset.Preprocessing{Channels: in.Channels, Height: in.Height, Width: in.Width, Mean: c.Mean, Std: c.Std})
	if err != nil {
		return job, arch, err
	}
	arch.Classes = len(set.Classes)
	c.Arch = string(arch.YAML())
	job = train.Job{Data: set, Config: c.Train}
	if job.Blocks, err = arch.Resolve(); err != nil {
		return job, arch, err
	}
	if err := c.Train.Validate(); err != nil {
		return job, arch, err
	}
	if from != nil {
		job.Initial, c.Fresh, err = initialValues(a, from, job.Blocks, set.Classes, anew || len(c.Fresh) > 0)
	}
	if c.Initial == "" && c.Train.Freeze != "" {
		a.log.Warn(fmt.Sprintf("--freeze %s without --init-from keeps random weights", c.Train.Freeze))
	}
	return job, arch, err
}

func (r trainResult) Text(w io.Writer) error {
	return writeFacts(w,
		fact{"run", r.Run},
		fact{"accuracy", fmt.Sprintf("%s of %d test images", text.Percent(r.Top1), r.TestImages)},
		fact{"network", fmt.Sprintf("%s: %s params, %s MACs", r.Arch, text.Count(r.Params), text.Count(r.MACs))},
		fact{"started from", r.started()},
		fact{"trained", r.trained()},
		fact{"time", fmt.Sprintf("%s for %d epochs (%d steps), %s of it waiting for images", text.Seconds(r.Seconds), r.Epochs, r.Steps, text.Percent(r.WaitFraction))},
	)
}

// started says what the training started from, "" for random weights.
func (r trainResult) started() string {
	switch {
	case r.InitFrom == nil:
		return ""
	case len(r.InitFresh) == 0:
		return *r.InitFrom
	}
	return *r.InitFrom + ", but for the classifier, which started anew"
}

// trained says how much of the network was trained, "" for all of it.
func (r trainResult) trained() string {
	if r.TrainedParams == r.Params {
		return ""
	}
	return fmt.Sprintf("%s of the params, the others were frozen", text.Count(r.TrainedParams))
}
