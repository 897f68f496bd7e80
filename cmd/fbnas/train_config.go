package main

import (
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"fbnas/internal/fault"
	"fbnas/internal/rundir"
	"fbnas/internal/text"
	"fbnas/models"
	"fbnas/train"
	"fbnas/weights"
)

// trainConfig is the config.yaml of a training: what decides its result.
type trainConfig struct {
	Data       string       `yaml:"data"`
	DataDigest string       `yaml:"data_sha256,omitempty"` // absent in runs from before it was kept
	Arch       string       `yaml:"arch"`                  // arch.yaml, whole
	Engine     engineConfig `yaml:",inline"`
	Initial    string       `yaml:"init_from,omitempty"`
	Fresh      []string     `yaml:"init_fresh,omitempty"` // parameters that did not come from there
	// Mean and Std by which pixels are normalised, where they are not the
	// data's own.
	Mean  []float32    `yaml:"mean,omitempty"`
	Std   []float32    `yaml:"std,omitempty"`
	Train train.Config `yaml:"train"`
}

// config is the run's configuration, from the command line or, where that is
// silent, from the run that is resumed; from is the file that --init-from
// names, nil where none does or nothing is left to read there.
func (o trainOptions) config(a *app, cmd *cobra.Command, args []string) (c trainConfig, from *weights.File, err error) {
	c = trainConfig{Data: located(o.data), Engine: o.engine, Initial: o.initial, Train: o.train}
	if o.resume {
		if c, err = o.resumed(cmd); err != nil {
			return c, nil, err
		}
	}
	if !o.resume || !begun(o.out) {
		if from, err = openInitial(c.Initial); err != nil {
			return c, nil, err
		}
	}
	arch, err := o.arch(c, from, args)
	if err != nil {
		return c, from, err
	}
	c.Arch = string(arch.YAML())
	if !o.resume {
		c.Mean, c.Std, err = normalisation(a, o.normalise, from, arch.Input.Channels)
	}
	return c, from, err
}

// resumed is the configuration of the run that is resumed, with what the
// command line says laid over it.
func (o trainOptions) resumed(cmd *cobra.Command) (trainConfig, error) {
	c, err := resumed[trainConfig](o.runFlags)
	if err != nil {
		return c, err
	}
	keepGiven(cmd, &c.Train, o.train)
	for flag, set := range map[string]func(){
		"data":      func() { c.Data = o.moved(c.Data, c.DataDigest) },
		"init-from": func() { c.Initial = o.initial },
	} {
		if cmd.Flags().Changed(flag) {
			set()
		}
	}
	for _, flag := range []string{"normalise", "new-classifier"} {
		if cmd.Flags().Changed(flag) {
			return c, fault.New(fault.Usage, "Start another run.", "--%s is for the start of a run, not for --resume", flag)
		}
	}
	c.Engine.keepGiven(cmd, o.engine)
	return c, nil
}

// begun reports whether a run has a checkpoint to go on from.
func begun(run string) bool {
	info, err := rundir.Stat(run)
	return err == nil && info.Step > 0
}

// arch is the architecture that is named, the resumed run's, or that of the
// weights to start from.
func (o trainOptions) arch(c trainConfig, from *weights.File, args []string) (models.Arch, error) {
	switch {
	case len(args) > 0:
		return archOf(args[0])
	case c.Arch != "":
		return models.ParseArch([]byte(c.Arch))
	case from != nil && from.Arch != nil:
		return *from.Arch, nil
	}
	return models.Arch{}, fault.New(fault.Usage, "Give the folder of a search, an arch.yaml, or one of: "+text.List(models.ArchNames()), "no architecture is given")
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
		"crop-scale":      func() { to.CropScale = given.CropScale },
		"crop-ratio":      func() { to.CropRatio = given.CropRatio },
		"trivial-augment": func() { to.Trivial = given.Trivial },
		"freeze":          func() { to.Freeze = given.Freeze },
		"ema":             func() { to.EMA = given.EMA },
		"drop-path":       func() { to.DropPath = given.DropPath },
		"dropout":         func() { to.Dropout = given.Dropout },
		"mixup":           func() { to.Mixup = given.Mixup },
		"seed":            func() { to.Seed = given.Seed },
	} {
		if cmd.Flags().Changed(flag) {
			set()
		}
	}
}
