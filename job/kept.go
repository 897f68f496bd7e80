package job

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"fbnas/dataset"
	"fbnas/internal/fault"
	"fbnas/internal/rundir"
	"fbnas/internal/text"
)

// Located makes a path absolute, so that it means the same in every folder: for a
// run's configuration, or for a command that is printed.
func Located(path string) string {
	if path == "" || dataset.IsBuiltin(path) {
		return path
	}
	if abs, err := filepath.Abs(path); err == nil {
		return abs
	}
	return path
}

// relocated is the path that a resumed run should use: the one given on the
// command line, or the run's own spelling where both mean the same. Old runs keep
// paths as they were typed.
func relocated(kept, given string) string {
	if Located(kept) == Located(given) {
		return kept
	}
	return Located(given)
}

// dataPath is the path of the data that a run reads: for a resumed run whose data
// have moved, the command line names the new place.
func (r RunOptions) dataPath(kept string) string {
	if r.Resume && r.Data != "" {
		return relocated(kept, r.Data)
	}
	return kept
}

// configData is what a resumed run's configuration should say of its data when the
// command line names a place: unchanged where their content is known, since pinData
// compares that.
func (r RunOptions) configData(kept, digest string) string {
	if r.Data == "" || digest != "" {
		return kept
	}
	return r.dataPath(kept)
}

// keepData writes once, into the run's folder, which data the run has read.
func keepData(dir *rundir.Dir, digest string, set *dataset.Set) error {
	path := filepath.Join(dir.Path(), rundir.DataName)
	if _, err := os.Stat(path); err == nil || digest == "" {
		return nil // it exists, or the run is older than this file
	}
	return set.Manifest().Write(path)
}

// pinData writes the data's digest into the configuration of a new run, and
// compares it with that of a resumed run.
func (r RunOptions) pinData(env *Env, digest *string, set *dataset.Set) error {
	if r.Resume {
		return sameData(env, r.Folder, *digest, set)
	}
	*digest = set.Summary.Digest
	return nil
}

// sameData refuses to resume a run on other data than it began with; digest is
// the one in its configuration.
func sameData(env *Env, run, digest string, set *dataset.Set) error {
	if digest == "" && set.KeptForTest {
		return fault.New(fault.Usage, "Start a new run: some of its test images would have been training images.",
			"resume %s: it was started when test images were chosen in another way", run)
	}
	if digest == "" {
		env.log().Warn(run + " does not say which data it read: they may have changed since")
		return nil
	}
	what := "their digest differs"
	switch m, err := dataset.ReadManifest(filepath.Join(run, rundir.DataName)); {
	case errors.Is(err, fs.ErrNotExist):
		if digest == set.Summary.Digest {
			return nil
		}
	case err != nil:
		return err
	default:
		if what = m.Difference(set.Manifest()); what == "" {
			return nil
		}
	}
	return fault.New(fault.Usage, "Give the data as they were, or start a new run without --resume.", "resume %s: the data %s are not those that it began with: %s", run, set.Summary.Data, what)
}

// Source is the training that a network comes from.
type Source struct {
	Name   string // of the network, for messages
	Run    string // "" where unknown
	Digest string // of its data; "" where unknown
}

func (t Model) Source(name string) Source { return Source{name, t.Run, t.Data} }

// checkSource warns where a network may have been trained on the images of its
// evaluation.
func checkSource(env *Env, s Source, set *dataset.Set, images *dataset.Split) {
	if s.Digest == set.Summary.Digest {
		return
	}
	if s.Digest == "" {
		if set.KeptForTest {
			env.log().Warn(fmt.Sprintf("%s does not say what it was trained on: it may have been trained on these images of %s", s.Name, set.Name))
		}
		return
	}
	m, known := trainingImages(env, s)
	if !known {
		env.log().Warn(fmt.Sprintf("%s is not the data set that %s was trained on: it may still have been trained on some of these images", set.Name, s.Name))
		return
	}
	const what = "%d of the %d images of %s were training images of %s"
	names := m.Trained(images)
	if len(names) == 0 {
		env.log().Info(fmt.Sprintf(what, 0, images.Len(), set.Name, s.Name))
		return
	}
	env.log().Warn(fmt.Sprintf(what+": %s", len(names), images.Len(), set.Name, s.Name, strings.Join(text.First(names, 3), ", ")))
}

// trainingImages finds the list of images that a network was trained on: in its own run,
// or in another run on the same data.
func trainingImages(env *Env, s Source) (dataset.Manifest, bool) {
	runs := []string{s.Run}
	if s.Run == "" {
		runs, _ = finishedTrainings(env, RunsFolder) // stays empty where they cannot be listed
	}
	for _, run := range runs {
		if c, err := rundir.ReadConfig[TrainConfig](run); err != nil || c.DataDigest != s.Digest {
			continue
		}
		m, err := dataset.ReadManifest(filepath.Join(run, rundir.DataName))
		if err == nil && m.Images != nil {
			return m, true
		}
	}
	return dataset.Manifest{}, false
}
