package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"fbnas/internal/fault"
	"fbnas/models"
	"fbnas/report"
	"fbnas/train"
)

type trainOptions struct {
	runFlags
	train   train.Config
	initial string
}

// trainConfig is the config.yaml of a training: what decides its result.
type trainConfig struct {
	Data    string       `yaml:"data"`
	Arch    string       `yaml:"arch"` // arch.yaml, whole
	Engine  engineConfig `yaml:",inline"`
	Initial string       `yaml:"init_from,omitempty"`
	Train   train.Config `yaml:"train"`
}

func trainVerb(a *app) *cobra.Command {
	o := trainOptions{train: train.DefaultConfig()}
	cmd := &cobra.Command{
		Use:   "train RUN|ARCH.yaml|NAME --data DATA",
		Short: "Train an architecture",
		Long: "Train the architecture that a search found, that a file describes or that is\n" +
			"built in, from random weights. Interrupting keeps the state; --resume goes on and\n" +
			"ends in what an uninterrupted training gives, bit for bit.",
		Example: "  fbnas train runs/search-1 --data photos/\n" +
			"  fbnas train arch.yaml --data fashion-mnist --epochs 20 -o runs/mine\n" +
			"  fbnas train --resume -o runs/mine",
		Args: cobra.MaximumNArgs(1),
	}
	o.add(cmd)
	trainFlags(cmd, &o.train)
	cmd.Flags().StringVar(&o.initial, "init-from", "", "start from the weights.safetensors of another training of this architecture")
	cmd.RunE = a.does(func(ctx context.Context, args []string) (result, error) { return runTrain(ctx, a, cmd, o, args) })
	return cmd
}

// trainResult is what a training achieved: its summary.json.
type trainResult struct {
	Run          string  `json:"run"`
	Top1         float64 `json:"top1"`
	TestImages   int     `json:"test_images"`
	Epochs       int     `json:"epochs"`
	Steps        int     `json:"steps"`
	Seconds      float64 `json:"seconds"`
	WaitFraction float64 `json:"wait_fraction"`
	MemoryBytes  int64   `json:"memory_bytes"` // foretold; 0 where that cannot be
	MACs         int64   `json:"macs"`
	Params       int64   `json:"params"`
	Arch         string  `json:"arch"`
	Data         string  `json:"data"`
	Seed         uint64  `json:"seed"`
}

// config is the run's configuration, from the command line or, where that is
// silent, from the run that is resumed.
func (o trainOptions) config(cmd *cobra.Command, args []string) (trainConfig, error) {
	c := trainConfig{Data: o.data, Engine: o.engine, Initial: o.initial, Train: o.train}
	if o.resume {
		old, err := resumed[trainConfig](o.runFlags)
		if err != nil {
			return c, err
		}
		keepGiven(cmd, &old.Train, o.train)
		if cmd.Flags().Changed("data") {
			old.Data = o.data
		}
		old.Engine.keepGiven(cmd, o.engine)
		c = old
	}
	if len(args) == 0 {
		if c.Arch == "" {
			return c, fault.New(fault.Usage, "Give the folder of a search, an arch.yaml, or one of: "+list(models.ArchNames()), "no architecture is given")
		}
		return c, nil
	}
	arch, err := archOf(args[0])
	if err != nil {
		return c, err
	}
	c.Arch = string(arch.YAML())
	return c, nil
}

// archOf is the architecture of a search's folder, a file or a name.
func archOf(name string) (models.Arch, error) {
	if info, err := os.Stat(name); err == nil && info.IsDir() {
		name = filepath.Join(name, "arch.yaml")
	}
	return loadArch(name)
}

// keepGiven copies the settings that the command line names.
func keepGiven(cmd *cobra.Command, to *train.Config, given train.Config) {
	for flag, set := range map[string]func(){
		"epochs": func() { to.Epochs = given.Epochs }, "batch": func() { to.Batch = given.Batch },
		"lr":              func() { to.LearningRate = given.LearningRate },
		"label-smoothing": func() { to.LabelSmoothing = given.LabelSmoothing },
		"pad-crop":        func() { to.PadCrop = given.PadCrop },
		"flip":            func() { to.Flip = given.Flip },
		"seed":            func() { to.Seed = given.Seed },
	} {
		if cmd.Flags().Changed(flag) {
			set()
		}
	}
}

func runTrain(ctx context.Context, a *app, cmd *cobra.Command, o trainOptions, args []string) (result, error) {
	c, err := o.config(cmd, args)
	if err != nil {
		return nil, err
	}
	arch, err := models.ParseArch([]byte(c.Arch))
	if err != nil {
		return nil, err
	}
	set, err := openData(ctx, a, c.Data, arch.Input)
	if err != nil {
		return nil, err
	}
	arch.Classes = len(set.Classes)
	c.Arch = string(arch.YAML())
	blocks, err := arch.Resolve()
	if err != nil {
		return nil, err
	}
	if err := c.Train.Validate(); err != nil {
		return nil, err
	}
	job := train.Job{Blocks: blocks, Data: set, Config: c.Train, SaveEvery: o.every}
	if c.Initial != "" {
		w, err := train.ReadWeights(c.Initial)
		if err != nil {
			return nil, err
		}
		job.Initial = w.Values
	}
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
	shown := a.progress()
	defer shown.close()
	job.Progress = func(p train.Progress) { shown.at("train", p.Done, p.Steps) }
	r, err := job.Run(ctx)
	if err != nil {
		return nil, goOn(err, "fbnas train", job.Dir.Path())
	}
	w := train.Weights{Arch: arch, Classes: set.Classes, Preprocessing: set.Preprocessing(), Test: r.Test, Values: r.Values}
	if err := w.Write(filepath.Join(job.Dir.Path(), "weights.safetensors")); err != nil {
		return nil, err
	}
	counts := models.Count(blocks)
	s := trainResult{
		Run: job.Dir.Path(), Top1: r.Test.Top1(), TestImages: r.Test.Images, Epochs: c.Train.Epochs, Steps: r.Steps,
		Seconds: r.Timing.Total.Seconds(), WaitFraction: r.Timing.WaitFraction(), MemoryBytes: needed,
		MACs: counts.MACs, Params: counts.Params, Arch: arch.Name, Data: c.Data, Seed: c.Train.Seed,
	}
	return s, job.Dir.Finish(s)
}

// goOn adds to an interruption the command that goes on.
func goOn(err error, verb, run string) error {
	if fault.CodeOf(err) != fault.Interrupted {
		return err
	}
	return fault.New(fault.Interrupted, "Go on with: "+verb+" --resume -o "+quoted(run), "%w", err)
}

func (r trainResult) Text(w io.Writer) error {
	return writeFacts(w,
		fact{"run", r.Run},
		fact{"accuracy", fmt.Sprintf("%s of %d test images", report.Percent(r.Top1), r.TestImages)},
		fact{"network", fmt.Sprintf("%s: %s params, %s MACs", r.Arch, report.Count(r.Params), report.Count(r.MACs))},
		fact{"time", fmt.Sprintf("%s for %d epochs (%d steps), %s of it waiting for images", report.Seconds(r.Seconds), r.Epochs, r.Steps, report.Percent(r.WaitFraction))},
	)
}
