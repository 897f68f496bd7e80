package job

import (
	"context"

	"fbnas/dataset"
)

// The images that Eval uses.
const (
	SplitAll   = "all"
	SplitTest  = "test"
	SplitTrain = "train"
)

var evalSplits = []string{SplitTest, SplitTrain, SplitAll}

// images opens the data and returns the images that were asked for.
func (o EvalOptions) images(ctx context.Context, env *Env, path string, s subject) (*dataset.Split, error) {
	set, err := openWith(ctx, env, s.data, s.preprocessing, dataset.Options{Whole: o.Split == SplitAll, Classes: s.classes})
	if err != nil {
		return nil, err
	}
	images := set.Test
	if o.Split == SplitTrain {
		images = set.Train
	}
	if err := sameClasses(path, s.classes, set); err != nil {
		return nil, err
	}
	samePictures(env, path, s.preprocessing, set)
	checkSource(env, s.source, set, images)
	return images, nil
}
