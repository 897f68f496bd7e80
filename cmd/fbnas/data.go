package main

import (
	"context"
	"fmt"

	"fbnas/dataset"
	"fbnas/engine/ort"
	"fbnas/internal/fault"
	"fbnas/internal/setup"
	"fbnas/models"
)

// openData opens a data set with images of the shape that a network takes.
func openData(ctx context.Context, a *app, name string, in models.Input, seed uint64) (*dataset.Set, error) {
	if name == "" {
		return nil, fault.New(fault.Usage, "Give --data fashion-mnist, or a folder with one subfolder of images for each class.", "no data set is given")
	}
	set, err := dataset.Open(ctx, name, dataset.Options{Height: in.Height, Width: in.Width, Channels: in.Channels, Seed: seed, Log: a.log})
	if err != nil {
		return nil, fmt.Errorf("open the data set: %w", err)
	}
	return set, nil
}

// openEngine opens ONNX Runtime for training; 0 threads are all cores.
func openEngine(threads int) (*ort.Engine, error) {
	library, err := setup.ORTLibrary()
	if err != nil {
		return nil, err
	}
	return ort.New(ort.Options{Library: library, Threads: threads})
}
