package main

import (
	"cmp"
	"context"
	"os"

	"fbnas/internal/fault"
	"fbnas/job"
	"fbnas/models"
)

// subject finds what is to be exported, and the images that it is proven on.
func (o exportOptions) subject(ctx context.Context, a *app) (job.Model, [][]float32, error) {
	t, err := o.network(ctx, a)
	if err != nil {
		return t, nil, err
	}
	images, err := comparison(ctx, a, &t, cmp.Or(o.data, t.DataPath))
	if err == nil && t.Random() {
		err = normalise(ctx, t, images)
	}
	return t, images, err
}

// network finds what is to be exported.
func (o exportOptions) network(ctx context.Context, a *app) (job.Model, error) {
	switch info, err := os.Stat(o.from); {
	case o.weights != "":
		return o.given()
	case o.from == "":
		runs, err := job.FinishedTrainings(a.env, o.root)
		if err != nil {
			return job.Model{}, err
		}
		if len(runs) == 0 {
			return job.Model{}, fault.New(fault.Usage, "Train one with `fbnas train`, or say which with --from.", "there is no finished training under %s", o.root)
		}
		a.log.Info("exporting the newest finished training", "run", runs[0])
		return job.ModelOfRun(runs[0])
	case err == nil && info.IsDir():
		return job.ModelOfRun(o.from)
	}
	arch, err := job.LoadArch(o.from)
	if err != nil {
		return job.Model{}, err
	}
	a.log.Warn("no weights are given: the file gets random ones and is only good for timing")
	return o.drawn(ctx, a, arch)
}

// given is the network of --weights; --from may say what it has to be.
func (o exportOptions) given() (job.Model, error) {
	t, err := job.ModelOfFile(o.weights)
	if err != nil || o.from == "" {
		return t, err
	}
	arch, err := job.ArchOf(o.from)
	if err != nil {
		return job.Model{}, err
	}
	if arch.Classes = t.Arch.Classes; string(arch.YAML()) != string(t.Arch.YAML()) {
		return job.Model{}, fault.New(fault.Usage, "Leave out --from: the weights say what they are of.",
			"%s holds the weights of another architecture, %s, than %s", o.weights, t.Arch.Name, o.from)
	}
	return t, nil
}

// drawn is the architecture with random weights, for the classes of the data
// where some is given.
func (o exportOptions) drawn(ctx context.Context, a *app, arch models.Arch) (job.Model, error) {
	if o.data == "" {
		return job.RandomModel(arch, o.seed)
	}
	set, err := job.OpenData(ctx, a.env, o.data, arch.Input)
	if err != nil {
		return job.Model{}, err
	}
	arch.Classes = len(set.Classes)
	t, err := job.RandomModel(arch, o.seed)
	t.Classes, t.Preprocessing = set.Classes, set.Preprocessing()
	return t, err
}
