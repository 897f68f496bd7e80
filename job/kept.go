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

// Located is a path that means the same in every folder: of a run's
// configuration, or of a command that is printed.
func Located(path string) string {
	if path == "" || dataset.IsBuiltin(path) {
		return path
	}
	if abs, err := filepath.Abs(path); err == nil {
		return abs
	}
	return path
}

// relocated is the path that the command line gives to a resumed run, as the run
// has it where both mean the same: old runs keep paths as they were typed.
func relocated(kept, given string) string {
	if Located(kept) == Located(given) {
		return kept
	}
	return Located(given)
}

// reads is where the data are that a run reads: the command line names the place
// to which those of a resumed run have moved.
func (r RunOptions) reads(kept string) string {
	if r.Resume && r.Data != "" {
		return relocated(kept, r.Data)
	}
	return kept
}

// moved is what the configuration of a resumed run says of its data when the
// command line names a place: the same as before where their content is known, by
// which remember judges.
func (r RunOptions) moved(kept, digest string) string {
	if r.Data == "" || digest != "" {
		return kept
	}
	return r.reads(kept)
}

// keepData writes what a run has read into its folder, once.
func keepData(dir *rundir.Dir, digest string, set *dataset.Set) error {
	path := filepath.Join(dir.Path(), rundir.DataName)
	if _, err := os.Stat(path); err == nil || digest == "" {
		return nil // it is there, or the run is from before there was such a file
	}
	return set.Manifest().Write(path)
}

// remember puts the data's digest into the configuration of a run that starts,
// and holds it against that of a run that is resumed.
func (r RunOptions) remember(env *Env, digest *string, set *dataset.Set) error {
	if r.Resume {
		return sameData(env, r.Folder, *digest, set)
	}
	*digest = set.Summary.Digest
	return nil
}

// sameData refuses to go on with a run on other data than it began with; digest
// is what its configuration says of them.
func sameData(env *Env, run, digest string, set *dataset.Set) error {
	if digest == "" && set.KeptForTest {
		return fault.New(fault.Usage, "Start a new run: some of its test images would have been training images.",
			"resume %s: it was started when test images were chosen in another way", run)
	}
	if digest == "" {
		env.log().Warn(run + " does not say what it has read: whether the data are still the same is not known")
		return nil
	}
	what := "their digest is another"
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

// Source is where a network learned.
type Source struct {
	Name   string // of the network, for people
	Run    string // "" where it is not known
	Digest string // of its data; "" where it is not known
}

func (t Model) Source(name string) Source { return Source{name, t.Run, t.Data} }

// checkSource says what an accuracy on images is worth that the network may
// have been trained on.
func checkSource(env *Env, s Source, set *dataset.Set, images *dataset.Split) {
	if s.Digest == set.Summary.Digest {
		return
	}
	if s.Digest == "" {
		if set.KeptForTest {
			env.log().Warn(fmt.Sprintf("%s does not say what it was trained on: whether it was trained on these images of %s is not known", s.Name, set.Name))
		}
		return
	}
	m, known := learned(env, s)
	if !known {
		env.log().Warn(fmt.Sprintf("%s is not the data that %s was trained on: whether it was trained on some of these images is not known", set.Name, s.Name))
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

// learned looks for the list of the images that a network learned: in its own
// run, or in one that has read the same.
func learned(env *Env, s Source) (dataset.Manifest, bool) {
	runs := []string{s.Run}
	if s.Run == "" {
		runs, _ = finishedTrainings(env, RunsFolder) // none where they cannot be listed
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
