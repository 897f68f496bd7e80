package job

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

// Files in a run's folder.
const (
	WeightsName = "weights.safetensors" // of a training: the network
	archName    = "arch.yaml"           // of a search: what it found for its first target
)

// Model is a network with its weights, and where they come from.
type Model struct {
	weights.Network
	Blocks   []models.Block
	Path     string // of the weights; "" for random ones
	Run      string // folder of the training; "" if there is none
	DataPath string // what it was trained on; "" where that is unknown
	Seed     uint64 // of random weights
}

// Random reports whether the weights were drawn, not trained.
func (t Model) Random() bool { return t.Path == "" }

// DataName names what the network was trained on, without the folders above it:
// models are given away.
func (t Model) DataName() string {
	if t.DataPath == "" {
		return ""
	}
	return filepath.Base(t.DataPath)
}

// modelOfRun is the network of a finished training.
func modelOfRun(run string) (Model, error) {
	info, err := rundir.Stat(run)
	switch {
	case err != nil:
		return Model{}, err
	case info.Verb != "train":
		return Model{}, fault.New(fault.Usage, "Train what it found: fbnas train "+text.Quoted(Located(run))+" --data DATA",
			"%s is a run of %s: it has no trained network", run, info.Verb)
	case !info.Finished():
		return Model{}, fault.New(fault.Usage, "Finish it: fbnas train --resume -o "+text.Quoted(Located(run)),
			"the training in %s has not finished (step %d)", run, info.Step)
	}
	return modelOfFile(filepath.Join(run, WeightsName))
}

// modelOfFile is the network in a weights.safetensors. What is known of its
// training comes from the run whose folder contains the file, if one does.
func modelOfFile(path string) (Model, error) {
	w, err := weights.Read(path)
	if err != nil {
		code := fault.CodeOf(err)
		if errors.Is(err, fs.ErrNotExist) {
			code = fault.Usage
		}
		return Model{}, fault.New(code, cmp.Or(fault.HintOf(err), "Give the weights.safetensors of a finished training."), "%w", err)
	}
	t := Model{Network: w, Path: path}
	if t.Blocks, err = w.Arch.Resolve(); err != nil {
		return Model{}, err
	}
	run := filepath.Dir(path)
	if c, err := rundir.ReadConfig[TrainConfig](run); err == nil {
		t.Run, t.DataPath = run, c.Data
	}
	return t, nil
}

// randomModel is an architecture with random weights, if they fit in memory.
func randomModel(arch models.Arch, seed uint64) (Model, error) {
	blocks, err := arch.Resolve()
	if err != nil {
		return Model{}, err
	}
	if err := weightsFit(os.DirFS("/"), blocks); err != nil {
		return Model{}, fmt.Errorf("network %s: %w", arch.Name, err)
	}
	return Model{
		Network: weights.Network{Arch: arch, Values: onnxexport.RandomWeights(blocks, seed)},
		Blocks:  blocks, Seed: seed,
	}, nil
}

// NameClasses gives the data's class names to a network of which only the number
// of classes is known.
func (t *Model) NameClasses(set *dataset.Set, data string) error {
	if len(set.Classes) != t.Arch.Classes {
		return fault.New(fault.Usage, "Train it for them: fbnas train ARCH --init-from "+text.Quoted(t.Path)+" --data "+text.Quoted(data),
			"%s was trained for %s, data set %s has %d", t.Path, text.Plural(t.Arch.Classes, "class"), data, len(set.Classes))
	}
	t.Classes = set.Classes
	return nil
}

// sameClasses refuses data whose labels mean something else than a network's
// outputs.
func sameClasses(network string, classes []string, set *dataset.Set) error {
	if slices.Equal(classes, set.Classes) {
		return nil
	}
	return fault.New(fault.Usage, "Give data with the classes that the network was trained for, by the same names.",
		"%s was trained for %d classes (%s), data set %s has %d (%s)",
		network, len(classes), text.List(text.First(classes, 5)), set.Name, len(set.Classes), text.List(text.First(set.Classes, 5)))
}

// samePictures warns where a network was trained when files were decoded
// differently, if the set has files for which that matters.
func samePictures(env *Env, network string, p dataset.Preprocessing, set *dataset.Set) {
	turned, transparent := set.Odd()
	switch {
	case p.Pictures > picture.Definition:
		env.log().Warn(fmt.Sprintf("%s was made by a newer fbnas, which may prepare pictures in another way", network))
	case p.Pictures == 0 && turned+transparent > 0:
		env.log().Warn(fmt.Sprintf("%s was trained by an older fbnas, which did not turn photographs upright and showed black where they are transparent; "+
			"of these pictures %d are turned and %d transparent: train it again", network, turned, transparent))
	}
}
