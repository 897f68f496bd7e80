package job

import (
	"fmt"

	"fbnas/internal/fault"
	"fbnas/internal/text"
	"fbnas/lut"
	"fbnas/models"
)

// checkClassCount refuses a number of classes that no network can have.
func checkClassCount(classes int) error {
	if classes < 2 {
		return fault.New(fault.Usage, "Give --classes 2 or more.", "%s", text.Plural(classes, "class"))
	}
	return nil
}

// SpaceList is the document of fbnas space list.
type SpaceList struct {
	Spaces []SpaceInfo `json:"spaces"`
}

// SpaceInfo is the document of fbnas space show.
type SpaceInfo struct {
	Name    string       `json:"name"`
	Digest  string       `json:"digest"`
	Input   models.Input `json:"input"`
	Classes int          `json:"classes"`
	Layers  int          `json:"layers"`
	Choices []ChoiceInfo `json:"choices"`
	Log10   float64      `json:"log10_architectures"`
	// Selections is the logarithm of the number of ways to choose options. There
	// are fewer architectures where different options give the same network.
	Selections float64      `json:"log10_selections"`
	Merged     []MergedInfo `json:"merged_options"`
	MaxMACs    int64        `json:"max_macs"`
	MinMACs    int64        `json:"min_macs"`
	Rows       int          `json:"lut_rows"`
	YAML       string       `json:"yaml"`
}

// ChoiceInfo is one choice of a space.
type ChoiceInfo struct {
	Name    string            `json:"name"`
	Kind    models.ChoiceKind `json:"kind"`
	Options []models.Option   `json:"options"`
}

// MergedInfo is an option that is left out because it gives the same networks as
// another one.
type MergedInfo struct {
	Choice string        `json:"choice"`
	Option models.Option `json:"option"`
	As     models.Option `json:"same_as"`
}

func (m MergedInfo) String() string {
	return fmt.Sprintf("%s: %v gives the hidden widths of %v", m.Choice, m.Option, m.As)
}

// mergedOptions are the options of a space that are left out.
func mergedOptions(s models.Space) []MergedInfo {
	list := []MergedInfo{}
	for _, m := range s.Merged() {
		list = append(list, MergedInfo(m))
	}
	return list
}

// DescribeSpace describes a space and its networks for the given number of
// classes.
func DescribeSpace(name string, classes int) (SpaceInfo, error) {
	if err := checkClassCount(classes); err != nil {
		return SpaceInfo{}, err
	}
	s, err := loadSpace(name)
	if err != nil {
		return SpaceInfo{}, err
	}
	info := SpaceInfo{
		Name: s.Name, Digest: s.Digest(), Input: s.Input, Classes: classes,
		Layers: len(s.Layers(classes)), Choices: []ChoiceInfo{}, Log10: s.Log10(), Rows: len(lut.Rows(s.Blocks())),
		Selections: s.Log10Selections(), Merged: mergedOptions(s),
		YAML: string(s.YAML()),
	}
	for _, c := range s.Choices() {
		info.Choices = append(info.Choices, ChoiceInfo{c.Name, c.Kind, c.Options})
	}
	for _, end := range []struct {
		sel  models.Selection
		macs *int64
	}{{s.Smallest(), &info.MinMACs}, {s.Largest(), &info.MaxMACs}} {
		arch, err := s.Arch(end.sel, classes)
		if err != nil {
			return SpaceInfo{}, err
		}
		blocks, err := arch.Resolve()
		if err != nil {
			return SpaceInfo{}, err
		}
		*end.macs = models.Count(blocks).MACs
	}
	return info, nil
}

// Spaces describes the built-in spaces for the given number of classes.
func Spaces(classes int) (SpaceList, error) {
	var r SpaceList
	for _, name := range models.SpaceNames() {
		info, err := DescribeSpace(name, classes)
		if err != nil {
			return r, err
		}
		r.Spaces = append(r.Spaces, info)
	}
	return r, nil
}
