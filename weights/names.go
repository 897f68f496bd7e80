package weights

import (
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"fbnas/models"
)

// unit has the tensors of one block in a file.
type unit struct {
	prefix string
	order  []int
	forms  []form
}

// String names a block of a file.
func (u unit) String() string {
	if u.prefix != "" {
		return u.prefix + "*"
	}
	for _, fm := range u.forms {
		for _, l := range fm {
			return u.name(l.conv)
		}
	}
	return "nothing"
}

// units lists the blocks that names belong to, in the order in which they run.
func (f family) units(names map[string]bool) []unit {
	var all []unit
	for _, p := range f.places {
		if p.prefix == "" {
			if slices.ContainsFunc(p.forms, func(fm form) bool { return fm.inside(names) }) {
				all = append(all, unit{forms: p.forms})
			}
			continue
		}
		all = append(all, p.units(names)...)
	}
	return all
}

func (p place) units(names map[string]bool) []unit {
	pattern := regexp.MustCompile("^" + p.prefix)
	found := map[string]unit{}
	for name := range names {
		match := pattern.FindStringSubmatch(name)
		if match == nil {
			continue
		}
		u := unit{prefix: match[0], forms: p.forms}
		for _, text := range match[1:] {
			n, err := strconv.Atoi(text)
			if err != nil {
				n = -1 // larger than any network's numbers
			}
			u.order = append(u.order, n)
		}
		found[u.prefix] = u
	}
	var units []unit
	for _, u := range found {
		units = append(units, u)
	}
	slices.SortFunc(units, func(a, b unit) int { return cmp.Or(slices.Compare(a.order, b.order), cmp.Compare(a.prefix, b.prefix)) })
	return units
}

// inside reports whether a file has every layer of a form at its root.
func (fm form) inside(names map[string]bool) bool {
	for _, l := range fm {
		if !names[l.conv+".weight"] || l.norm != "" && !names[l.norm+".weight"] {
			return false
		}
	}
	return true
}

// fits reports whether the form has a name for every convolution of a block,
// and no others except those of a squeeze-excite. If several forms fit, the one whose
// layers are in the file is meant.
func (fm form) fits(b models.Block) bool {
	left := len(fm)
	for _, c := range b.Convolutions() {
		l, ok := fm[c.Name]
		if !ok || c.BatchNorm != (l.norm != "") {
			return false
		}
		left--
	}
	for name := range fm {
		if strings.HasPrefix(name, "se.") && b.Squeeze == 0 {
			left--
		}
	}
	return left == 0
}

// form finds the form of a block among those of its unit.
func (u unit) form(b models.Block, names map[string]bool) (form, bool) {
	var fitting form
	for _, fm := range u.forms {
		if !fm.fits(b) {
			continue
		}
		if fitting == nil {
			fitting = fm
		}
		missing := func(c models.Convolution) bool { return !names[u.name(fm[c.Name].conv)+".weight"] }
		if !slices.ContainsFunc(b.Convolutions(), missing) {
			return fm, true
		}
	}
	return fitting, fitting != nil
}

// name is the name of a layer in the file.
func (u unit) name(layer string) string {
	if root, ok := strings.CutPrefix(layer, "/"); ok {
		return root
	}
	return u.prefix + layer
}

// translated maps our name of each parameter of a network to the file's
// name, as far as the blocks are of the same kinds in the same order;
// why says where they are not.
func (f family) translated(blocks []models.Block, names map[string]bool) (byName map[string]string, why string) {
	units := f.units(names)
	byName = map[string]string{}
	filled := slices.DeleteFunc(slices.Clone(blocks), models.Block.Identity)
	if len(filled) != len(units) {
		why = fmt.Sprintf("the file has weights for %d blocks, the network for %d", len(units), len(filled))
	}
	at := 0
	for i, b := range blocks {
		if b.Identity() {
			continue
		}
		if at == len(units) {
			break
		}
		u := units[at]
		at++
		fm, ok := u.form(b, names)
		if !ok {
			return byName, cmp.Or(why, fmt.Sprintf("%s is a block of kind %s, in the file's order there is %s", models.BlockName(b, i), b.Kind, u))
		}
		for _, p := range models.Params([]models.Block{b}) {
			// On its own, the block has the number 00.
			inBlock := strings.TrimPrefix(strings.TrimPrefix(p.Name, models.BlockName(b, 0)), ".")
			byName[models.BlockName(b, i)+"."+inBlock] = u.parameter(fm, inBlock, p.Role)
		}
	}
	return byName, why
}

// note says what the network may compute differently from the family's, which
// the shapes of weights do not show; "" if there is nothing.
func (f family) note(blocks []models.Block) string {
	relu := func(b models.Block) bool { return b.Act == "relu" && b.Kind != models.Head }
	if f.relu6 == "" || !slices.ContainsFunc(blocks, relu) {
		return ""
	}
	return f.relu6 + " are trained with ReLU6, and the network computes ReLU: use these weights to start a training, not as they are"
}

// otherwise lists what a network computes differently from all networks of the family,
// even if the shapes of its weights are the same.
func (f family) otherwise(blocks []models.Block) []string {
	var out []string
	for i, b := range blocks {
		if f.half && b.Kernel > 1 && b.Pad != b.Kernel/2 {
			out = append(out, fmt.Sprintf("%s pads by %d, networks of %s by %d", models.BlockName(b, i), b.Pad, f.name, b.Kernel/2))
		}
	}
	return out
}

// parameter is the file's name for one of our parameters, such as
// "depthwise.bn.mean".
func (u unit) parameter(fm form, name string, role models.Role) string {
	layer := strings.TrimSuffix(name, "."+string(role))
	if conv, isNorm := strings.CutSuffix(layer, ".bn"); isNorm {
		return u.name(fm[conv].norm) + "." + roles[role]
	}
	return u.name(fm[layer].conv) + "." + roles[role]
}

// familyOf is the family that translates the most names of the
// file; nil if none translates any.
func familyOf(blocks []models.Block, names map[string]bool) *family {
	var best *family
	most := 0
	for i := range families {
		byName, _ := families[i].translated(blocks, names)
		hits := 0
		for _, name := range byName {
			if names[name] {
				hits++
			}
		}
		if hits > most {
			best, most = &families[i], hits
		}
	}
	return best
}
