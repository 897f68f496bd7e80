package main

import (
	"context"
	"fmt"
	"path/filepath"

	"fbnas/dataset"
	"fbnas/lut"
	"fbnas/models"
	"fbnas/search"
)

// task is a data set with the space that is searched for it and the table that
// limits it, both in the repository.
type task struct {
	name string
	data string // a built-in set, or a folder below --data
	// limits are parts of the way from the fastest to the slowest network.
	limits []float64
}

var tasks = []task{
	{"composites", "composites", []float64{0.15, 0.3, 0.45, 0.65}},
	{"fashion", "fashion-mnist", []float64{0.2, 0.4, 0.6}},
}

// Part of the training images on which contenders are compared, and the seed that
// draws it: no cell trains on these.
const (
	heldOut     = 0.1
	heldOutSeed = 1
)

// opened is a task with what its cells read.
type opened struct {
	task
	space models.Space
	costs *search.Costs
	set   *dataset.Set   // its Train lacks the held-out images
	held  *dataset.Split // of the training images
}

// open reads space, table and images; folders of images are below data, and the
// space's and table's files in the folder tables.
func (t task) open(ctx context.Context, tables, data string) (*opened, error) {
	space, err := models.ReadSpace(filepath.Join(tables, t.name+".yaml"))
	if err != nil {
		return nil, err
	}
	table, err := lut.Load(filepath.Join(tables, t.name+".lut"))
	if err != nil {
		return nil, err
	}
	name := t.data
	if !dataset.IsBuiltin(name) {
		name = filepath.Join(data, name)
	}
	in := space.Input
	set, err := dataset.Open(ctx, name, dataset.Options{Height: in.Height, Width: in.Width, Channels: in.Channels, MemoryBytes: 4 << 30})
	if err != nil {
		return nil, fmt.Errorf("task %s: %w", t.name, err)
	}
	o := &opened{task: t, space: space, set: set}
	o.held, o.set.Train = set.Train.Partition(heldOut, heldOutSeed)
	o.costs, err = search.NewCosts(space, len(set.Classes), search.Latency{Table: table})
	return o, err
}

// limit is the latency at a part of the space's range, in microseconds.
func (o *opened) limit(part float64) float64 {
	smallest, largest := o.costs.Bounds()
	return smallest + part*(largest-smallest)
}
