package dataset

import (
	"fmt"
	"slices"
	"strings"

	"fbnas/internal/fault"
)

// role is what the images of a folder are for.
type role int

const (
	forTraining role = iota
	forValidation
	forTest
	roleCount
)

// roles are the names of folders with a role, in lower case. A name alone is not
// enough: the folder has to hold class folders.
var roles = map[string]role{
	"train": forTraining, "training": forTraining, "trainset": forTraining,
	"val": forValidation, "valid": forValidation, "validation": forValidation, "dev": forValidation,
	"test": forTest, "testing": forTest, "testset": forTest, "tests": forTest, "holdout": forTest,
}

func roleOf(name string) (role, bool) {
	r, ok := roles[strings.ToLower(name)]
	return r, ok
}

// holdsClasses distinguishes a folder of class folders from a class: in a class the
// images lie directly in the folder, except for a few strays.
func (n *node) holdsClasses() bool {
	direct, classes := len(n.images), n.classes()
	return len(classes) > 0 && (direct == 0 || len(classes) > 1 && direct < len(n.all())-direct)
}

// layout says which folder holds the classes of each role; nil if none does.
type layout [roleCount]*node

// layoutOf decides by what is inside the folders. What lies beside them is
// added to left.
func layoutOf(root *node, left *leftOut) (layout, error) {
	var l layout
	var others []*node
	for _, n := range root.classes() {
		r, named := roleOf(n.name)
		switch {
		case !named || !n.holdsClasses():
			others = append(others, n)
		case l[r] != nil:
			return l, fault.New(fault.Usage, "Move the images into one of the two.", "%s/ and %s/ have the same role", l[r].name, n.name)
		default:
			l[r] = n
		}
	}
	if l[forTraining] != nil {
		return l, l.beside(others, root, left)
	}
	return l.flat(others, root)
}

// beside leaves out what lies beside the folders that have a role.
func (l layout) beside(others []*node, root *node, left *leftOut) error {
	alone := l[forValidation] == nil && l[forTest] == nil
	for _, n := range others {
		switch _, named := roleOf(n.name); {
		case named:
			left.add("images without class folders, in "+n.name+"/", n.all()...)
		case alone && len(n.images) > 0:
			return fault.New(fault.Usage, "Rename it, or move the other folders away.",
				"it is not clear whether %s/ holds classes or is one: %s/ is beside it", l[forTraining].name, n.name)
		default:
			left.add("folder without a role beside "+l[forTraining].name+"/", n.all()...)
		}
	}
	left.add("beside the folders", root.images...)
	return nil
}

// flat is a set whose folder holds the classes itself, perhaps beside test
// images of the same classes. Without such classes it has no training images.
func (l layout) flat(others []*node, root *node) (layout, error) {
	if len(others) == 0 {
		return l, nil
	}
	siblings := namesOf(others)
	for r, n := range l {
		if n != nil && !within(namesOf(n.classes()), siblings) {
			others, l[r] = append(others, n), nil // a class with subfolders
		}
	}
	train, all := "", true
	for _, n := range others {
		r, named := roleOf(n.name)
		if all = all && named; named && r == forTraining {
			train = n.name
		}
	}
	if train != "" && all {
		return l, fault.New(fault.Usage, "Make a folder for each class in it, and put its images there.",
			"%s/ holds images but no class folders: their classes are not known", train)
	}
	l[forTraining] = &node{subs: append(others, empty(root)...), images: root.images}
	slices.SortFunc(l[forTraining].subs, func(a, b *node) int { return strings.Compare(a.name, b.name) })
	return l, nil
}

// parted warns if the classes may be parts of the set, under names that
// have no role: all of them hold folders of the same names.
func (l layout) parted() string {
	if l[forTraining] == nil {
		return ""
	}
	classes := l[forTraining].classes()
	var shared []string
	for i, c := range classes {
		names := namesOf(c.classes())
		if i == 0 {
			shared = names
		}
		shared = slices.DeleteFunc(shared, func(name string) bool { return !slices.Contains(names, name) })
	}
	switch {
	case len(shared) < 2:
		return ""
	case len(classes) == 1:
		return fmt.Sprintf("its one class is the folder %s/, which holds %s: if these are the classes, give that folder as the data set", classes[0].path, some(shared))
	}
	return fmt.Sprintf("each of the classes %s holds the folders %s: if those are the classes, call the folders that they are in train/ and test/", some(namesOf(classes)), some(shared))
}

// empty lists the folders without images.
func empty(n *node) []*node {
	return slices.DeleteFunc(slices.Clone(n.subs), func(sub *node) bool { return len(sub.all()) > 0 })
}

func namesOf(nodes []*node) []string {
	var names []string
	for _, n := range nodes {
		names = append(names, n.name)
	}
	return names
}

func within(names, all []string) bool {
	return !slices.ContainsFunc(names, func(name string) bool { return !slices.Contains(all, name) })
}
