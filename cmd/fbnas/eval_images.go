package main

import (
	"context"

	"fbnas/dataset"
	"fbnas/job"
)

// Which images eval takes: --split.
const (
	splitAll   = "all"
	splitTest  = "test"
	splitTrain = "train"
)

var evalSplits = []string{splitTest, splitTrain, splitAll}

// imagesOfSplit says what accuracy was measured on.
var imagesOfSplit = map[string]string{splitAll: "images", splitTest: "test images", splitTrain: "training images"}

// images opens the data and takes those that are asked for.
func (o evalOptions) images(ctx context.Context, a *app, path string, s subject) (*dataset.Split, error) {
	set, err := job.OpenWith(ctx, a.env, s.data, s.preprocessing, dataset.Options{Whole: o.split == splitAll, Classes: s.classes})
	if err != nil {
		return nil, err
	}
	images := set.Test
	if o.split == splitTrain {
		images = set.Train
	}
	if err := job.SameClasses(path, s.classes, set); err != nil {
		return nil, err
	}
	job.SamePictures(a.env, path, s.preprocessing, set)
	job.CheckSource(a.env, s.source, set, images)
	return images, nil
}
