package job

import (
	"context"
	"fmt"
	"path/filepath"

	"fbnas/dataset"
	"fbnas/models"
	"fbnas/train"
	"fbnas/weights"
)

// TrainOptions are the options of Train.
type TrainOptions struct {
	RunOptions
	// Network is a search's folder, an arch.yaml or a built-in name; "": that of
	// the initial weights, or of the resumed run.
	Network string
	// InitFrom is a file of weights, or a finished training, to start from; "":
	// random weights.
	InitFrom string
	// NewClassifier starts with a new classifier even where InitFrom has one for
	// classes of the same names.
	NewClassifier bool
	Normalise     string // AsSource, AsData, AsImageNet; "": AsSource where that is known, else AsData
	Config        train.Config
	// Given names the settings of Config that replace those of a resumed run, as in
	// its config.yaml.
	Given []string
	// ExactBatch keeps Config's batch even if the images do not fill one.
	ExactBatch bool
}

// TrainResult is the outcome of a training: its summary.json, and the document of
// fbnas train.
type TrainResult struct {
	Run           string  `json:"run"`
	Top1          float64 `json:"top1"`
	TestImages    int     `json:"test_images"`
	Epochs        int     `json:"epochs"`
	Steps         int     `json:"steps"`
	Seconds       float64 `json:"seconds"`
	WaitFraction  float64 `json:"wait_fraction"`
	MemoryBytes   int64   `json:"memory_bytes"` // estimated; 0 where it is unknown
	MACs          int64   `json:"macs"`
	Params        int64   `json:"params"`
	TrainedParams int64   `json:"trained_params"` // all but the frozen ones
	Arch          string  `json:"arch"`
	Data          string  `json:"data"`
	Seed          uint64  `json:"seed"`
	// InitFrom is null for random weights. InitFresh names the parameters that
	// started anew all the same; null as well for random weights.
	InitFrom  *string  `json:"init_from"`
	InitFresh []string `json:"init_fresh"`
}

// Train trains an architecture, and writes a run's folder with
// weights.safetensors.
func Train(ctx context.Context, env *Env, o TrainOptions) (*TrainResult, error) {
	if err := o.check(); err != nil {
		return nil, err
	}
	c, from, err := o.config(env)
	if from != nil {
		defer from.Close()
	}
	if err != nil {
		return nil, err
	}
	job, arch, err := o.prepare(ctx, env, &c, from)
	if err != nil {
		return nil, err
	}
	if err := o.pinData(env, &c.DataDigest, job.Data); err != nil {
		return nil, err
	}
	if !o.Resume && !o.ExactBatch {
		fitBatch(env, &c.Train, job.Data.Train.Len())
		job.Config = c.Train
	}
	job.SaveEvery = o.SaveEvery
	if job.Engine, err = openTrainer(env, &c.Engine, c.Train.Batch); err != nil {
		return nil, err
	}
	defer job.Engine.Close()
	needed, err := env.checkMemory(c.Train.Batch, job.Memory)
	if err != nil {
		return nil, err // before a run's folder exists
	}
	if job.Dir, job.From, err = openRun(env, "train", o.RunOptions, c); err != nil {
		return nil, err
	}
	defer job.Dir.Close()
	if err := keepData(job.Dir, c.DataDigest, job.Data); err != nil {
		return nil, err
	}
	job.Progress = func(p train.Progress) { env.progress("train", p.Done, p.Steps) }
	r, err := job.Run(ctx)
	if err != nil {
		return nil, runError(env, err, "train", job.Dir)
	}
	s := trainResultOf(c, job, r)
	s.MemoryBytes, s.Arch, s.Data = needed, arch.Name, o.dataPath(c.Data)
	return finishTraining(job, arch, r, s)
}

// finishTraining writes the network and the summary.
func finishTraining(job train.Job, arch models.Arch, r train.Result, s *TrainResult) (*TrainResult, error) {
	w := weights.Network{Arch: arch, Classes: job.Data.Classes, Preprocessing: job.Data.Preprocessing(),
		Data: job.Data.Summary.Digest, Test: r.Test, Values: r.Values}
	if err := w.Write(filepath.Join(job.Dir.Path(), WeightsName)); err != nil {
		return nil, err
	}
	return s, job.Dir.Finish(s)
}

func trainResultOf(c TrainConfig, job train.Job, r train.Result) *TrainResult {
	counts := models.Count(job.Blocks)
	s := &TrainResult{
		Run: job.Dir.Path(), Top1: r.Test.Top1(), TestImages: r.Test.Images, Epochs: c.Train.Epochs, Steps: r.Steps,
		Seconds: r.Timing.Total.Seconds(), WaitFraction: r.Timing.WaitFraction(),
		MACs: counts.MACs, Params: counts.Params, TrainedParams: c.Train.Freeze.Left(models.Params(job.Blocks)), Seed: c.Train.Seed,
	}
	if c.Initial != "" {
		s.InitFrom, s.InitFresh = &c.Initial, append([]string{}, c.Fresh...)
	}
	return s
}

// prepare opens the data, fits the architecture to their classes and
// loads the initial weights, whose classifier starts anew where that is asked
// for. It records that in c.
func (o TrainOptions) prepare(ctx context.Context, env *Env, c *TrainConfig, from *weights.File) (job train.Job, arch models.Arch, err error) {
	if arch, err = models.ParseArch([]byte(c.Arch)); err != nil {
		return job, arch, err
	}
	in := arch.Input
	set, err := openAs(ctx, env, o.dataPath(c.Data), dataset.Preprocessing{Shape: in, Mean: c.Mean, Std: c.Std})
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
		job.Initial, c.Fresh, err = initialValues(env, from, job.Blocks, set.Classes, o.NewClassifier || len(c.Fresh) > 0)
	}
	if c.Initial == "" && c.Train.Freeze != "" {
		env.log().Warn(fmt.Sprintf("--freeze %s without --init-from keeps random weights", c.Train.Freeze))
	}
	return job, arch, err
}
