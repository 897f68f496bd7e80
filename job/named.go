package job

import (
	"errors"
	"io/fs"

	"fbnas/internal/fault"
	"fbnas/internal/text"
	"fbnas/lut"
	"fbnas/models"
	"fbnas/profile"
)

// LoadSpace is models.LoadSpace with a hint for names that nothing has.
func LoadSpace(name string) (models.Space, error) {
	s, err := models.LoadSpace(name)
	if errors.Is(err, fs.ErrNotExist) {
		return s, fault.New(fault.Usage, "Built-in spaces: "+text.List(models.SpaceNames())+"; or give the path of a space.yaml.",
			"no space %q, neither built in nor a file", name)
	}
	return s, err
}

// SpaceFor is the space of a table, or another that is asked for and whose
// rows it has.
func SpaceFor(t *lut.Table, name string) (models.Space, error) {
	if name == "" {
		return profile.SpaceOf(t)
	}
	space, err := LoadSpace(name)
	if err != nil {
		return space, err
	}
	return space, profile.Covers(t, space, name)
}

// LoadArch is models.LoadArch with a hint for names that nothing has.
func LoadArch(name string) (models.Arch, error) {
	arch, err := models.LoadArch(name)
	if errors.Is(err, fs.ErrNotExist) {
		return arch, fault.New(fault.Usage, "Built-in models: "+text.List(models.ArchNames())+"; or give the path of an arch.yaml or an ONNX file.",
			"no model %q, neither built in nor a file", name)
	}
	return arch, err
}
