package search

import (
	"context"
	"errors"
	"fmt"

	"fbnas/dataset"
	"fbnas/engine"
	"fbnas/models"
	"fbnas/train"
)

// inherited measures networks of the space with the supernet's weights.
type inherited struct {
	super       *Supernet
	recalibrate engine.Runner
	evaluate    engine.Runner
	statistics  *dataset.Split // re-estimate batch norms
	judging     *dataset.Split
	batch       int
}

// inherited compiles the two programs over the state as it is.
func (r *runner) inherited() (*inherited, error) {
	batch := r.Config.Train.Batch
	net := r.super.picked()
	v := &inherited{super: r.super, statistics: r.rest.Part(max(calibrationImages, batch)), judging: r.held.Part(judgingImages), batch: batch}
	var err error
	if v.recalibrate, err = r.Engine.Compile(net.Recalibrate(r.shape(batch)), r.state); err != nil {
		return nil, err
	}
	if v.evaluate, err = r.Engine.Compile(net.Evaluate(r.shape(batch)), r.state); err != nil {
		return nil, errors.Join(err, v.recalibrate.Close())
	}
	return v, nil
}

// score is that of one network, after its batch norms were re-estimated.
func (v *inherited) score(ctx context.Context, sel models.Selection) (train.Score, error) {
	pick := v.super.Pick(sel)
	if err := train.Recalibrate(ctx, v.recalibrate, v.statistics, v.batch, pick); err != nil {
		return train.Score{}, fmt.Errorf("re-estimate statistics of a candidate: %w", err)
	}
	s, err := train.EvaluateScore(ctx, v.evaluate, v.judging, v.batch, pick)
	if err != nil {
		return s, fmt.Errorf("judge a candidate: %w", err)
	}
	return s, nil
}

// Close frees the programs.
func (v *inherited) Close() error { return errors.Join(v.recalibrate.Close(), v.evaluate.Close()) }

// Scores are those of networks with the weights of the supernet at the checkpoint From,
// on the held-out images.
func (j Job) Scores(ctx context.Context, networks []models.Selection, progress func(done, total int)) (list []train.Score, err error) {
	r := j.runner()
	r.held, r.rest = j.Data.Train.Partition(j.Config.HoldOut, j.Config.Train.Seed)
	if r.state, err = j.Engine.NewState(r.super.specs()); err != nil {
		return nil, err
	}
	defer r.state.Close()
	if _, _, err := train.Restore(j.From, r.state); err != nil {
		return nil, err
	}
	v, err := r.inherited()
	if err != nil {
		return nil, err
	}
	defer v.Close()
	for i, sel := range networks {
		s, err := v.score(ctx, sel)
		if err != nil {
			return nil, err
		}
		list = append(list, s)
		progress(i+1, len(networks))
	}
	return list, nil
}
