package dataset

import (
	"fmt"
	"log/slog"
	"slices"
	"strings"

	"fbnas/internal/fault"
)

// check refuses a set that is useless for learning or measuring, and warns of what
// a figure would hide.
func (s *Set) check(log *slog.Logger) error {
	switch {
	case len(s.Classes) < 2:
		return fault.New(fault.Failure, "Give images of at least two classes, each with its own folder or label.",
			"it has images of one class only (%s)", strings.Join(s.Classes, ""))
	case s.Train.Len() == 0:
		return fault.New(fault.Failure, "Give more images, or put those to train on into train/ and those to test on into test/.",
			"it has no training images")
	case s.Test.Len() == 0:
		return fault.New(fault.Failure, "Give more images, or put those to train on into train/ and those to test on into test/.",
			"none of its %d images is assigned to the test set", s.Train.Len())
	}
	for _, side := range []struct {
		split *Split
		lack  string
	}{
		{s.Train, "no training image of %s: the network cannot learn them"},
		{s.Test, "no test image of %s: accuracy says nothing about them"},
	} {
		if missing := side.split.missing(); len(missing) > 0 {
			log.Warn(fmt.Sprintf("there is "+side.lack, some(missing)))
		}
	}
	if both := s.Test.alsoIn(s.Train); len(both) > 0 {
		log.Warn(fmt.Sprintf("%d of %d test images are also training images, byte for byte: %s", len(both), s.Test.Len(), some(both)))
	}
	return nil
}

// missing names the classes without an image.
func (s *Split) missing() []string {
	var names []string
	has := make([]bool, len(s.set.Classes))
	for i := range s.Len() {
		has[s.Label(i)] = true
	}
	for class, any := range has {
		if !any {
			names = append(names, s.set.Classes[class])
		}
	}
	return names
}

// alsoIn names the images whose content is also in other.
func (s *Split) alsoIn(other *Split) []string {
	have := map[Content]bool{}
	for _, k := range other.index {
		have[other.content[k]] = true
	}
	var names []string
	for _, k := range s.index {
		if have[s.content[k]] {
			names = append(names, s.src.name(k))
		}
	}
	return names
}

// some names the first few of a list.
func some(names []string) string {
	const shown = 5
	if len(names) > shown {
		names = append(slices.Clone(names[:shown]), fmt.Sprintf("and %d more", len(names)-shown))
	}
	return strings.Join(names, ", ")
}
