package main

import (
	"context"
	"crypto/sha256"
	"fmt"
	"path/filepath"

	"fbnas/internal/rundir"
	"fbnas/models"
	"fbnas/train"
)

// training trains one network of a task. Equal networks are one cell, whoever wants
// them.
type training struct {
	Task   string `json:"task"`
	Arch   string `json:"arch"` // arch.yaml
	Recipe string `json:"recipe"`
	Seed   uint64 `json:"seed"`
}

// recipes are the ways in which networks are trained: the same for all contenders of a
// comparison.
var recipes = map[string]func(*train.Config){
	"usual":   func(*train.Config) {},
	"quarter": func(c *train.Config) { c.Epochs = 2 },
}

// trained is the result. The held-out images are what contenders are chosen by; the
// test images are read once, here.
type trained struct {
	Held        score   `json:"held_out"`
	Test        score   `json:"test"`
	MACs        int64   `json:"macs"`
	Params      int64   `json:"params"`
	PredictedUS float64 `json:"predicted_us"`
	Epochs      int     `json:"epochs"`
	Steps       int     `json:"steps"`
	Seconds     float64 `json:"seconds"` // of the training alone, all sittings together
}

// score is what a network does on images.
type score struct {
	Top1         float64 `json:"top1"`
	CrossEntropy float64 `json:"cross_entropy"`
	Images       int     `json:"images"`
}

func scoreOf(s train.Score) score { return score{s.Top1(), s.CrossEntropy, s.Images} }

func (t training) id() string {
	sum := sha256.Sum256([]byte(t.Arch))
	return fmt.Sprintf("%s/train/%s-%x-%d", t.Task, t.Recipe, sum[:5], t.Seed)
}

func (t training) run(ctx context.Context, l *lab) (any, error) {
	o, err := l.open(ctx, t.Task)
	if err != nil {
		return nil, err
	}
	arch, err := models.ParseArch([]byte(t.Arch))
	if err != nil {
		return nil, err
	}
	c := train.DefaultConfig()
	c.Seed = t.Seed
	recipes[t.Recipe](&c)
	set := *o.set
	set.Test = o.held
	job := train.Job{Engine: l.engine, Data: &set, Config: c, Progress: func(p train.Progress) { l.progress(t.id(), p.Done, p.Steps) }}
	if job.Blocks, err = arch.Resolve(); err != nil {
		return nil, err
	}
	if job.Dir, job.From, err = l.begin(t.id(), c); err != nil {
		return nil, err
	}
	defer job.Dir.Close()
	r, err := job.Run(ctx)
	if err != nil {
		return nil, err
	}
	counts := models.Count(job.Blocks)
	result := trained{MACs: counts.MACs, Params: counts.Params, Epochs: c.Epochs, Steps: r.Steps, Seconds: r.Timing.Total.Seconds()}
	if result.PredictedUS, err = o.predict(job.Blocks); err != nil {
		return nil, err
	}
	e, err := train.NewEvaluator(l.engine, arch, r.Values, c.Batch)
	if err != nil {
		return nil, err
	}
	defer e.Close()
	held, err := train.EvaluateScore(ctx, e, o.held, c.Batch, nil)
	if err != nil {
		return nil, err
	}
	test, err := train.EvaluateScore(ctx, e, o.set.Test, c.Batch, nil)
	result.Held, result.Test = scoreOf(held), scoreOf(test)
	return result, err
}

// begin starts the run of a cell, or resumes it.
func (l *lab) begin(id string, config any) (*rundir.Dir, *rundir.Checkpoint, error) {
	return rundir.Open(filepath.Join(l.work, filepath.FromSlash(id)), "experiment", config, rundir.Options{Log: l.log})
}
