package job

import (
	"context"
	"fmt"

	"fbnas/lut"
	"fbnas/models"
	"fbnas/search"
)

// job opens the data and checks everything that can be checked before computing;
// it sets in c what follows from the data: targets, batch and digest.
func (o SearchOptions) job(ctx context.Context, env *Env, c *SearchConfig, table *lut.Table, space models.Space) (search.Job, error) {
	var none search.Job
	if err := search.CheckSpace(space); err != nil {
		return none, err
	}
	set, err := openData(ctx, env, o.dataPath(c.Data), space.Input)
	if err != nil {
		return none, err
	}
	if err := checkClasses(set); err != nil {
		return none, err
	}
	if err := o.pinData(env, &c.DataDigest, set); err != nil {
		return none, err
	}
	costs, err := search.NewCosts(space, len(set.Classes), search.Latency{Table: table})
	if err != nil {
		return none, fmt.Errorf("table %s: %w", c.Table, err)
	}
	if err := o.setTargets(c, costs); err != nil {
		return none, err
	}
	if err := warnOfTargets(env, *c, table, space, costs); err != nil {
		return none, err
	}
	if !o.Resume && !o.ExactBatch {
		held, rest := set.Train.Partition(c.Search.HoldOut, c.Search.Train.Seed)
		fitBatch(env, &c.Search.Train, min(held.Len(), rest.Len()))
	}
	if usual := c.Search.HoldOut; !o.Resume {
		if c.Search = c.Search.FitHoldOut(set.Train); c.Search.HoldOut > usual {
			env.log().Warn(fmt.Sprintf("%.0f %% of the training images are held out for the choices: %.0f %% of %d do not fill a batch of %d",
				100*c.Search.HoldOut, 100*usual, set.Train.Len(), c.Search.Train.Batch))
		}
	}
	job := search.Job{Space: space, Costs: costs, Data: set, Config: c.Search, SaveEvery: o.SaveEvery}
	warnings, err := job.Check()
	if err != nil {
		return none, err
	}
	for _, w := range warnings {
		env.log().Warn(w)
	}
	return job, nil
}

// warnOfTargets refuses a target that no network meets, and warns of doubtful
// ones.
func warnOfTargets(env *Env, c SearchConfig, table *lut.Table, space models.Space, costs *search.Costs) error {
	for _, doubt := range doubts(table, space) {
		env.log().Warn(doubt)
	}
	for _, target := range c.TargetsUS {
		warning, err := costs.CheckTarget(target, c.Margin)
		if err != nil {
			return err
		}
		if warning != "" {
			env.log().Warn(warning)
		}
	}
	return nil
}
