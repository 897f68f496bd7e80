package dataset

import (
	"fmt"
	"slices"
	"strings"
)

// Difference describes the first difference of now from m, or is "" if
// there is none: classes, images by their names, or preprocessing.
func (m Manifest) Difference(now Manifest) string {
	switch {
	case !slices.Equal(m.Classes, now.Classes):
		return fmt.Sprintf("the classes are %s, they were %s", some(now.Classes), some(m.Classes))
	case m.Images == nil || now.Images == nil:
		if m.Digest != now.Digest {
			return "images were added, removed or changed; there are too many to list"
		}
		return ""
	}
	if all := m.changes(now); len(all) > 0 {
		return all[0] + others(len(all)-1)
	}
	if m.Digest != now.Digest {
		return "images are " + m.Preprocessing.difference(now.Preprocessing)
	}
	return ""
}

// difference describes how images are prepared now, and how they were before.
func (p Preprocessing) difference(now Preprocessing) string {
	if p.Shape != now.Shape {
		return fmt.Sprintf("resized to %v, they were resized to %v", now.Shape, p.Shape)
	}
	if p.Pictures != now.Pictures {
		return "decoded in another way than before: another version of fbnas started the run"
	}
	return fmt.Sprintf("normalised by the mean %v and the deviation %v, they were by %v and %v", now.Mean, now.Std, p.Mean, p.Std)
}

func others(n int) string {
	if n == 0 {
		return ""
	}
	return fmt.Sprintf(" (and %d more)", n)
}

// changes lists all differences of the images, grouped by kind.
func (m Manifest) changes(now Manifest) []string {
	was, is := byName(m), byName(now)
	var came, went, changed []string
	for _, l := range now.Images {
		old, known := was[nameOf(l)]
		switch {
		case !known:
			came = append(came, nameOf(l)+" is new")
		case old.Content != l.Content:
			changed = append(changed, nameOf(l)+" changed")
		case old.Class != l.Class:
			changed = append(changed, fmt.Sprintf("%s is of class %s, it was of %s", nameOf(l), now.Classes[l.Class], m.Classes[old.Class]))
		}
	}
	for _, l := range m.Images {
		if _, still := is[nameOf(l)]; !still {
			went = append(went, nameOf(l)+" is gone")
		}
	}
	return slices.Concat(changed, came, went)
}

// nameOf is an image's name with its side: images that share a file are
// numbered on each side separately.
func nameOf(l Listed) string { return strings.TrimSpace(sideOf(l.Test) + " image " + l.Name) }

func byName(m Manifest) map[string]Listed {
	list := make(map[string]Listed, len(m.Images))
	for _, l := range m.Images {
		list[nameOf(l)] = l
	}
	return list
}
