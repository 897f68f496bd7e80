package job

import (
	"fbnas/internal/fault"
	"fbnas/internal/rundir"
	"fbnas/internal/text"
	"fbnas/models"
	"fbnas/train"
	"fbnas/weights"
)

// TrainConfig is the config.yaml of a training: everything that decides its
// result.
type TrainConfig struct {
	Data       string       `yaml:"data"`
	DataDigest string       `yaml:"data_sha256,omitempty"` // absent in runs older than this field
	Arch       string       `yaml:"arch"`                  // the content of an arch.yaml
	Engine     EngineConfig `yaml:",inline"`
	Initial    string       `yaml:"init_from,omitempty"`
	Fresh      []string     `yaml:"init_fresh,omitempty"` // parameters that did not come from there
	// Mean and Std normalise pixels; absent where they are the data's own.
	Mean  []float32    `yaml:"mean,omitempty"`
	Std   []float32    `yaml:"std,omitempty"`
	Train train.Config `yaml:"train"`
}

// config is the run's configuration; what the options leave out comes from the
// run that is resumed. from is the file that InitFrom names; nil where it names
// none or the file is no longer needed.
func (o TrainOptions) config(env *Env) (c TrainConfig, from *weights.File, err error) {
	c = TrainConfig{Data: Located(o.Data), Engine: defaultEngine().override(o.Engine), Initial: o.InitFrom, Train: o.Config}
	if o.Resume {
		if c, err = o.resumed(); err != nil {
			return c, nil, err
		}
	}
	if !o.Resume || !hasCheckpoint(o.Folder) {
		if from, err = openInitial(c.Initial); err != nil {
			return c, nil, err
		}
	}
	arch, err := o.arch(c, from)
	if err != nil {
		return c, from, err
	}
	c.Arch = string(arch.YAML())
	if !o.Resume {
		c.Mean, c.Std, err = normalisation(env, o.Normalise, from, arch.Input.Channels)
	}
	return c, from, err
}

// resumed is the configuration of the run to resume, with the given options in
// place of its own.
func (o TrainOptions) resumed() (TrainConfig, error) {
	c, err := resumed[TrainConfig](o.RunOptions)
	if err != nil {
		return c, err
	}
	if c.Train, err = c.Train.With(o.Config, o.Given); err != nil {
		return c, err
	}
	c.Engine, c.Data = c.Engine.override(o.Engine), o.configData(c.Data, c.DataDigest)
	if o.InitFrom != "" {
		c.Initial = o.InitFrom
	}
	switch {
	case o.Normalise != "":
		return c, startOnlyError("normalise")
	case o.NewClassifier:
		return c, startOnlyError("new-classifier")
	}
	return c, nil
}

func startOnlyError(flag string) error {
	return fault.New(fault.Usage, "Start another run.", "--%s is for the start of a run, not for --resume", flag)
}

// hasCheckpoint reports whether a run has a checkpoint to resume from.
func hasCheckpoint(run string) bool {
	info, err := rundir.Stat(run)
	return err == nil && info.Step > 0
}

// arch is the architecture named in the options, the resumed run's, or that of
// the initial weights.
func (o TrainOptions) arch(c TrainConfig, from *weights.File) (models.Arch, error) {
	switch {
	case o.Network != "":
		return archOf(o.Network)
	case c.Arch != "":
		return models.ParseArch([]byte(c.Arch))
	case from != nil && from.Arch != nil:
		return *from.Arch, nil
	}
	return models.Arch{}, fault.New(fault.Usage, "Give the folder of a search, an arch.yaml, or one of: "+text.List(models.ArchNames()), "no architecture is given")
}
