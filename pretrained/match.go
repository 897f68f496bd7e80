package pretrained

import (
	"errors"
	"fmt"
	"slices"

	"fbnas/internal/fault"
	"fbnas/models"
)

// Loaded is what a file has for a network.
type Loaded struct {
	File *File
	// Values are the tensors found, row-major, by the names of models.Params.
	Values map[string][]float64
	// Fresh are the parameters of the classifier, in the order of
	// models.Params, when the file's tells apart another number of classes
	// than the network: Values lacks them, they have to start anew.
	Fresh []string
	// Missing are the other parameters that the file has no values for, Unused
	// the file's tensors that the network has no place for, Misfits those
	// whose shapes differ.
	Missing, Unused, Misfits []string
}

// Whole is nil when nothing is missing, unused or of another shape; the
// classifier may be fresh.
func (l Loaded) Whole() error {
	var problems []error
	for _, kind := range []struct {
		list []string
		text string
	}{
		{l.Misfits, "%s"}, {l.Missing, "the file has no %s"}, {l.Unused, "the network has no place for %s"},
	} {
		for _, name := range kind.list {
			problems = append(problems, fmt.Errorf(kind.text, name))
		}
	}
	if len(problems) == 0 {
		return nil
	}
	return fault.New(fault.Failure, "Give weights of the same architecture.", "%s does not fit the network: %w", l.File.Path, shortened(problems))
}

// Match finds the tensors of a network in the file.
func (f *File) Match(blocks []models.Block) (Loaded, error) {
	l := Loaded{File: f, Values: map[string][]float64{}}
	have := map[string]tensor{}
	for _, t := range f.tensors {
		have[t.name] = t
	}
	last := len(blocks) - 1
	for _, p := range models.Params(blocks) {
		t, ok := have[p.Name]
		delete(have, p.Name)
		switch {
		case !ok:
			l.Missing = append(l.Missing, p.Name)
		case slices.Equal(t.shape, p.Shape):
			l.Values[p.Name] = t.data
		case blocks[last].Kind == models.Head && ofHead(p, blocks) && otherClasses(t.shape, p.Shape):
			l.Fresh = append(l.Fresh, p.Name)
		default:
			l.Misfits = append(l.Misfits, fmt.Sprintf("%s is %v in the file, %v in the network", p.Name, t.shape, p.Shape))
		}
	}
	for _, t := range f.tensors {
		if _, left := have[t.name]; left {
			l.Unused = append(l.Unused, t.name)
		}
	}
	return l, nil
}

// ofHead reports whether a parameter belongs to the classifier.
func ofHead(p models.Param, blocks []models.Block) bool {
	last := len(blocks) - 1
	return slices.ContainsFunc(models.Params(blocks[last:]), func(q models.Param) bool { return q.Name == p.Name })
}

// otherClasses reports whether shapes differ in the first dimension alone.
func otherClasses(a, b []int) bool {
	return len(a) == len(b) && len(a) > 0 && a[0] != b[0] && slices.Equal(a[1:], b[1:])
}

// shortened joins as many problems as a person reads.
func shortened(problems []error) error {
	const shown = 10
	if more := len(problems) - shown; more > 0 {
		problems = append(problems[:shown:shown], fmt.Errorf("and %d more", more))
	}
	return errors.Join(problems...)
}
