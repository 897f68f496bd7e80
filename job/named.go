package job

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"fbnas/internal/fault"
	"fbnas/internal/rundir"
	"fbnas/internal/text"
	"fbnas/lut"
	"fbnas/models"
	"fbnas/profile"
)

// loadSpace is models.LoadSpace with a hint for unknown names.
func loadSpace(name string) (models.Space, error) {
	s, err := models.LoadSpace(name)
	if errors.Is(err, fs.ErrNotExist) {
		return s, fault.New(fault.Usage, "Built-in spaces: "+text.List(models.SpaceNames())+"; or give the path of a space.yaml.",
			"no space %q, neither built in nor a file", name)
	}
	return s, err
}

// spaceFor is the space of a table, or another one that was asked for and whose
// rows the table has.
func spaceFor(t *lut.Table, name string) (models.Space, error) {
	if name == "" {
		return profile.SpaceOf(t)
	}
	space, err := loadSpace(name)
	if err != nil {
		return space, err
	}
	return space, profile.Covers(t, space, name)
}

// loadArch is models.LoadArch with a hint for unknown names.
func loadArch(name string) (models.Arch, error) {
	arch, err := models.LoadArch(name)
	if errors.Is(err, fs.ErrNotExist) {
		return arch, fault.New(fault.Usage, "Built-in models: "+text.List(models.ArchNames())+"; or give the path of an arch.yaml or an ONNX file.",
			"no model %q, neither built in nor a file", name)
	}
	return arch, err
}

// archOf is the architecture of a search's folder, a file or a name.
func archOf(name string) (models.Arch, error) {
	info, err := os.Stat(name)
	if err != nil || !info.IsDir() {
		return loadArch(name)
	}
	path := filepath.Join(name, archName)
	if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
		return models.Arch{}, noArchIn(name)
	}
	return loadArch(path)
}

// noArchIn says what a folder without an architecture is, and what to give
// instead.
func noArchIn(folder string) error {
	const give = "Give the folder of a finished search, an arch.yaml or a built-in name."
	info, err := rundir.Stat(folder)
	switch quoted := text.Quoted(Located(folder)); {
	case err == nil && info.Verb == "train":
		return fault.New(fault.Usage, give+" To start from this training's weights, give --init-from "+quoted+" to fbnas train; to resume it, --resume -o "+quoted+".",
			"%s is the folder of a training, not of a search", folder)
	case err == nil && info.Verb == "search" && !info.Finished():
		return fault.New(fault.Usage, "Finish it: fbnas search --resume -o "+quoted, "the search in %s has not finished (step %d): it has no architecture yet", folder, info.Step)
	}
	return fault.New(fault.Usage, give, "there is no %s in %s", archName, folder)
}
