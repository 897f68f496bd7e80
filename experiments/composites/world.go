package main

import (
	"cmp"
	"image"
	"slices"

	"fbnas/internal/fault"
)

// side is what pictures are for.
type side int

const (
	forTraining side = iota
	forTesting
	sides
)

// String is the name of the side's folder.
func (s side) String() string { return [sides]string{"train", "test"}[s] }

// background is a photograph: as large as it is kept, and halved again and again.
type background struct {
	name   string
	levels []*image.RGBA
}

// halvings is how often; what does not divide by them is cut off.
const halvings = 4

func newBackground(name string, img *image.RGBA) background {
	width, height := img.Rect.Dx()>>halvings<<halvings, img.Rect.Dy()>>halvings<<halvings
	img = img.SubImage(image.Rect(0, 0, width, height)).(*image.RGBA)
	b := background{name: name}
	for i := range halvings + 1 {
		b.levels = append(b.levels, shrink(img, min(width, height)>>i))
	}
	return b
}

// class is a subgroup of emoji.
type class struct {
	name  string
	emoji []string
}

// world is what pictures are made of under the given options. The two sides have no vendor's
// family and no photograph in common.
type world struct {
	options
	classes []class
	vendors [sides][]drawings
	photos  [sides][]background
}

const (
	fewestVendors = 3 // training drawings of an emoji
	fewestEmoji   = 6 // in a class
)

// newWorld deals the material to the two sides and chooses the classes: those with most
// emoji, in the order of their names.
func newWorld(o options, m material) (world, error) {
	w := world{options: o, photos: m.photos}
	family := ""
	for _, v := range m.vendors {
		if v.name == o.TestVendor {
			family = v.family
			w.vendors[forTesting] = append(w.vendors[forTesting], v)
		}
	}
	for _, v := range m.vendors {
		if v.family != family {
			w.vendors[forTraining] = append(w.vendors[forTraining], v)
		}
	}
	for _, e := range m.emoji {
		if w.drawnBy(forTesting, e.name) < 1 || w.drawnBy(forTraining, e.name) < fewestVendors {
			continue
		}
		at := slices.IndexFunc(w.classes, func(c class) bool { return c.name == e.subgroup })
		if at < 0 {
			at = len(w.classes)
			w.classes = append(w.classes, class{name: e.subgroup})
		}
		w.classes[at].emoji = append(w.classes[at].emoji, e.name)
	}
	w.classes = slices.DeleteFunc(w.classes, func(c class) bool { return len(c.emoji) < fewestEmoji })
	if len(w.classes) < o.Classes {
		return w, fault.New(fault.Usage, "Ask for fewer classes.", "%d of the subgroups have %d emoji or more, --classes is %d", len(w.classes), fewestEmoji, o.Classes)
	}
	slices.SortFunc(w.classes, func(a, b class) int {
		return cmp.Or(cmp.Compare(len(b.emoji), len(a.emoji)), cmp.Compare(a.name, b.name))
	})
	w.classes = w.classes[:o.Classes]
	for i, c := range w.classes {
		byVendors := slices.Clone(c.emoji)
		slices.SortStableFunc(byVendors, func(a, b string) int {
			return cmp.Compare(w.drawnBy(forTraining, b), w.drawnBy(forTraining, a))
		})
		w.classes[i].emoji = byVendors[:min(o.Emoji, len(byVendors))]
	}
	slices.SortFunc(w.classes, func(a, b class) int { return cmp.Compare(a.name, b.name) })
	return w, nil
}

// drawnBy counts the vendors of a side that have an emoji.
func (w world) drawnBy(s side, emoji string) int {
	n := 0
	for _, v := range w.vendors[s] {
		if _, ok := v.sprites[emoji]; ok {
			n++
		}
	}
	return n
}
