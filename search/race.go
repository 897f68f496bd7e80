package search

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"path/filepath"
	"slices"

	"fbnas/dataset"
	"fbnas/engine"
	"fbnas/internal/rundir"
	"fbnas/models"
	"fbnas/train"
)

// Contender is a network that takes part in a race.
type Contender struct {
	Name string // of the folder of its trainings
	Arch models.Arch
}

// Race trains contenders from scratch for a short while and keeps the better half from
// round to round, each round with twice the epochs (successive halving, 1502.07943).
// What is compared is the accuracy on held-out images, so that the winner is a network
// that was trained, not one that a supernet likes.
type Race struct {
	Engine engine.Engine
	Data   *dataset.Set // Test has the held-out images
	Config train.Config // of a training, with the epochs of the first round
	Final  int          // contenders of the last round
	Folder string       // each training is a run below it: what has finished is not done again
	// Progress is called with the steps done of all rounds; it may be nil.
	Progress func(done, total int)
}

// Raced is a contender with its accuracy after each round that it took part in.
type Raced struct {
	Contender
	Rounds []train.Accuracy
}

// rounds lists how many contenders take part in each round.
func (r Race) rounds(n int) []int {
	list := []int{n}
	for n > max(r.Final, 1) {
		n = max((n+1)/2, r.Final)
		list = append(list, n)
	}
	return list
}

// Epochs is what a race of n contenders trains, in epochs of one network.
func (r Race) Epochs(n int) (epochs int) {
	for i, k := range r.rounds(n) {
		epochs += k * r.epochs(i)
	}
	return epochs
}

func (r Race) epochs(round int) int { return r.Config.Epochs << round }

// Run races the contenders. The result has the winner first, then who came how far; of
// equals the one that was given first.
func (r Race) Run(ctx context.Context, contenders []Contender) ([]Raced, error) {
	var list []Raced
	for _, c := range contenders {
		list = append(list, Raced{Contender: c})
	}
	loader, err := r.Config.Loader(r.Data.Train, "train")
	if err != nil {
		return nil, err
	}
	perEpoch := loader.StepsPerEpoch()
	done, total := 0, perEpoch*r.Epochs(len(list))
	for round, n := range r.rounds(len(list)) {
		for i := range list[:n] {
			c := r.Config
			c.Epochs = r.epochs(round)
			a, err := r.train(ctx, fmt.Sprintf("%d-%s", round+1, list[i].Name), list[i].Arch, c, func(steps int) { r.report(done+steps, total) })
			if err != nil {
				return nil, fmt.Errorf("round %d, %s: %w", round+1, list[i].Name, err)
			}
			list[i].Rounds = append(list[i].Rounds, a)
			done += perEpoch * c.Epochs
			r.report(done, total)
		}
		slices.SortStableFunc(list[:n], func(a, b Raced) int { return cmp.Compare(b.Rounds[round].Top1(), a.Rounds[round].Top1()) })
	}
	return list, nil
}

func (r Race) report(done, total int) {
	if r.Progress != nil {
		r.Progress(done, total)
	}
}

// raceConfig is the config.yaml of one training.
type raceConfig struct {
	Arch  string       `yaml:"arch"`
	Train train.Config `yaml:"train"`
}

// train is the accuracy after one training, or what a finished one has left of it.
func (r Race) train(ctx context.Context, name string, arch models.Arch, c train.Config, progress func(steps int)) (a train.Accuracy, err error) {
	folder, config := filepath.Join(r.Folder, name), raceConfig{string(arch.YAML()), c}
	job := train.Job{Engine: r.Engine, Data: r.Data, Config: c, Progress: func(p train.Progress) { progress(p.Done) }}
	if job.Blocks, err = arch.Resolve(); err != nil {
		return a, err
	}
	job.Dir, job.From, err = rundir.Open(folder, "race", config, rundir.Options{})
	if err != nil {
		return a, err
	}
	defer job.Dir.Close()
	info, err := rundir.Stat(folder)
	if err != nil {
		return a, err
	}
	if info.Finished() {
		return a, json.Unmarshal(info.Summary, &a)
	}
	result, err := job.Run(ctx)
	if err != nil {
		return a, err
	}
	return result.Test, job.Dir.Finish(result.Test)
}
