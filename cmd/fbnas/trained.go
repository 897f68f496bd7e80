package main

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"fbnas/dataset"
	"fbnas/dataset/picture"
	"fbnas/internal/fault"
	"fbnas/internal/rundir"
	"fbnas/internal/text"
	"fbnas/models"
	"fbnas/onnxexport"
	"fbnas/weights"
)

// weightsName is the file in a training's folder that holds the network.
const weightsName = "weights.safetensors"

// trained is a network with its weights, and where they are from.
type trained struct {
	weights.Network
	blocks []models.Block
	path   string // of the weights; "" for random ones
	run    string // folder of the training; "" without
	data   string // what it was trained on; "" where that is not known
	seed   uint64 // of drawn weights
}

// random reports whether the weights were drawn, not trained.
func (t trained) random() bool { return t.path == "" }

// dataName names what the network was trained on, without the folders in which
// that lies: models are given away.
func (t trained) dataName() string {
	if t.data == "" {
		return ""
	}
	return filepath.Base(t.data)
}

// trainedRun is the network of a finished training.
func trainedRun(run string) (trained, error) {
	info, err := rundir.Stat(run)
	switch {
	case err != nil:
		return trained{}, err
	case info.Verb != "train":
		return trained{}, fault.New(fault.Usage, "Train what it found: fbnas train "+quoted(located(run))+" --data DATA",
			"%s is a run of %s: it has no trained network", run, info.Verb)
	case !info.Finished():
		return trained{}, fault.New(fault.Usage, "Finish it: fbnas train --resume -o "+quoted(located(run)),
			"the training in %s has not finished (step %d)", run, info.Step)
	}
	return trainedFile(filepath.Join(run, weightsName))
}

// trainedFile is the network in a weights.safetensors. What is known of its
// training comes from the run that the file lies in, if it lies in one.
func trainedFile(path string) (trained, error) {
	w, err := weights.Read(path)
	if err != nil {
		code := fault.CodeOf(err)
		if errors.Is(err, fs.ErrNotExist) {
			code = fault.Usage
		}
		return trained{}, fault.New(code, cmp.Or(fault.HintOf(err), "Give the weights.safetensors of a finished training."), "%w", err)
	}
	t := trained{Network: w, path: path}
	if t.blocks, err = w.Arch.Resolve(); err != nil {
		return trained{}, err
	}
	run := filepath.Dir(path)
	if c, err := rundir.ReadConfig[trainConfig](run); err == nil {
		t.run, t.data = run, c.Data
	}
	return t, nil
}

// untrained is an architecture with random weights, where memory holds them.
func untrained(arch models.Arch, seed uint64) (trained, error) {
	blocks, err := arch.Resolve()
	if err != nil {
		return trained{}, err
	}
	if err := weightsFit(os.DirFS("/"), blocks); err != nil {
		return trained{}, fmt.Errorf("network %s: %w", arch.Name, err)
	}
	return trained{
		Network: weights.Network{Arch: arch, Values: onnxexport.RandomWeights(blocks, seed)},
		blocks:  blocks, seed: seed,
	}, nil
}

// runsUnder describes the runs in root and in its folders, such as runs/demo,
// that hold runs of their own; the oldest first. What cannot be read is told
// in the log and left out.
func runsUnder(a *app, root string) ([]rundir.Info, error) {
	folders := []string{root}
	entries, err := os.ReadDir(root)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("list runs: %w", err)
	}
	for _, e := range entries {
		if e.IsDir() {
			folders = append(folders, filepath.Join(root, e.Name()))
		}
	}
	var all []rundir.Info
	for _, folder := range folders {
		list, err := rundir.List(folder)
		if err != nil {
			a.log.Warn("some runs cannot be read", "folder", folder, "error", err)
		}
		all = append(all, list...)
	}
	slices.SortStableFunc(all, func(a, b rundir.Info) int { return a.Created.Compare(b.Created) })
	return all, nil
}

// finishedTrainings are the folders of the finished trainings under root, the
// newest first.
func finishedTrainings(a *app, root string) ([]string, error) {
	list, err := runsUnder(a, root)
	if err != nil {
		return nil, err
	}
	var found []string
	for _, info := range slices.Backward(list) {
		if info.Verb == "train" && info.Finished() {
			found = append(found, info.Path)
		}
	}
	return found, nil
}

// nameClasses calls a network's classes, of which only the number is known, as
// the data does.
func (t *trained) nameClasses(set *dataset.Set, data string) error {
	if len(set.Classes) != t.Arch.Classes {
		return fault.New(fault.Usage, "Train it for them: fbnas train ARCH --init-from "+quoted(t.path)+" --data "+quoted(data),
			"%s tells apart %d classes, data set %s has %d", t.path, t.Arch.Classes, data, len(set.Classes))
	}
	t.Classes = set.Classes
	return nil
}

// sameClasses refuses data whose labels do not mean what a network's outputs
// mean.
func sameClasses(network string, classes []string, set *dataset.Set) error {
	if slices.Equal(classes, set.Classes) {
		return nil
	}
	return fault.New(fault.Usage, "Give data with the classes that the network was trained for, by the same names.",
		"%s tells apart %d classes (%s), data set %s has %d (%s)",
		network, len(classes), text.List(first(classes, 5)), set.Name, len(set.Classes), text.List(first(set.Classes, 5)))
}

// samePictures warns where a network was trained on other pixels than those
// that files become now, and the set has files for which that matters.
func samePictures(a *app, network string, p dataset.Preprocessing, set *dataset.Set) {
	turned, transparent := set.Odd()
	switch {
	case p.Pictures > picture.Definition:
		a.log.Warn(fmt.Sprintf("%s was made by a newer fbnas, which may prepare pictures in another way", network))
	case p.Pictures == 0 && turned+transparent > 0:
		a.log.Warn(fmt.Sprintf("%s was trained by an fbnas that did not turn photographs upright and showed black where they are transparent; "+
			"of these pictures %d are turned and %d transparent: train it again", network, turned, transparent))
	}
}

// first is the head of a list, and a mark where it goes on.
func first(words []string, n int) []string {
	if len(words) <= n {
		return words
	}
	return append(slices.Clone(words[:n]), "…")
}
