package job

import (
	"context"
	"fmt"
	"runtime"
	"slices"

	"fbnas/dataset"
	"fbnas/engine/ort"
	"fbnas/internal/fault"
	"fbnas/internal/setup"
	"fbnas/internal/text"
	"fbnas/models"
	"fbnas/train"
)

// splitSeed decides which images of a set without test images are kept for
// testing. All verbs and runs share it: no image that a search has seen is a test
// image of the training that follows.
const splitSeed = 1

// openData opens a data set with images of the shape that a network takes.
func openData(ctx context.Context, env *Env, name string, in models.Input) (*dataset.Set, error) {
	return openAs(ctx, env, name, dataset.Preprocessing{Shape: in})
}

// openAs opens a data set with the preprocessing that a network expects; where p
// has no mean and deviation, the data's own are used.
func openAs(ctx context.Context, env *Env, name string, p dataset.Preprocessing) (*dataset.Set, error) {
	return openWith(ctx, env, name, p, dataset.Options{})
}

// openWith is openAs with other options. Every verb opens its data here; the log
// says once how the data were understood.
func openWith(ctx context.Context, env *Env, name string, p dataset.Preprocessing, o dataset.Options) (*dataset.Set, error) {
	if name == "" {
		return nil, fault.New(fault.Usage, "Give --data fashion-mnist, or a folder with one subfolder of images for each class.", "no data set is given")
	}
	o.Height, o.Width, o.Channels, o.Mean, o.Std, o.Seed, o.Log = p.Height, p.Width, p.Channels, p.Mean, p.Std, splitSeed, env.Log
	said := env.hasOpened(name)
	if said {
		o.Log = nil
	}
	set, err := dataset.Open(ctx, name, o)
	if err != nil {
		return nil, fmt.Errorf("open the data set: %w", err)
	}
	if !said {
		env.Data = append(env.Data, set.Summary)
		env.log().Info(set.Summary.String())
	}
	return set, nil
}

// hasOpened reports whether a data set was opened before.
func (env *Env) hasOpened(name string) bool {
	return slices.ContainsFunc(env.Data, func(s dataset.Summary) bool { return s.Data == name })
}

// checkClasses refuses data with more or fewer classes than tables cover.
func checkClasses(set *dataset.Set) error {
	if low, high := models.HeadClasses[0], models.HeadClasses[len(models.HeadClasses)-1]; len(set.Classes) < low || len(set.Classes) > high {
		return fault.New(fault.Usage, fmt.Sprintf("Tables hold classifiers of %d to %d classes.", low, high),
			"the data set %s has %s", set.Name, text.Plural(len(set.Classes), "class"))
	}
	return nil
}

// fitBatch halves the default batch until the images fill it.
func fitBatch(env *Env, c *train.Config, images int) {
	was := c.Batch
	for c.Batch > max(images, 1) {
		c.Batch /= 2
	}
	if c.Batch < was {
		env.log().Info(fmt.Sprintf("batches of %d images: there are %d, which do not fill one of %d", c.Batch, images, was))
	}
}

// openEngine opens the runtime that is set up on this machine.
func openEngine(o ort.Options) (*ort.Engine, error) {
	library, err := setup.ORTLibrary()
	if err != nil {
		return nil, err
	}
	cache, err := setup.Cache()
	if err != nil {
		return nil, err
	}
	o.Library, o.Cache = library, string(cache)
	return ort.New(o)
}

// openTrainer opens the engine of a run and replaces the dialect auto in c by the
// one chosen: results differ between dialects, so a run keeps one.
func openTrainer(env *Env, c *EngineConfig, batch int) (*ort.Engine, error) {
	e, err := openEngine(ort.Options{Threads: c.Threads, Dialect: c.Dialect, Provider: c.Provider})
	if err != nil {
		return nil, err
	}
	if cores := runtime.NumCPU(); c.Threads > cores {
		env.log().Warn(fmt.Sprintf("%d threads are more than this machine's %s", c.Threads, text.Plural(cores, "core")))
	}
	block := 0
	if c.Dialect, block = e.Dialect(); c.Dialect == ort.Blocked && batch%block != 0 {
		env.log().Warn(fmt.Sprintf("a batch of %d is not a multiple of %d: steps take several times as long", batch, block))
	}
	return e, nil
}
