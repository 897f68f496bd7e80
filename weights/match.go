package weights

import (
	"fmt"
	"slices"
	"strings"

	"fbnas/internal/fault"
	"fbnas/models"
	"fbnas/nn"
)

// Loaded is a file's content for a network.
type Loaded struct {
	File *File
	// Names is the family of docs/weights.md whose names were translated; ""
	// for our own names, and if a graph was matched.
	Names string
	// Note says what the weights were trained with that the network does not
	// compute; "" if there is nothing.
	Note string
	// Values are the tensors found, row-major, by the names of models.Params.
	Values map[string][]float64
	// Fresh are the parameters of the classifier, in the order of
	// models.Params, if the file's has another number of classes
	// than the network: Values lacks them, so they need initial values.
	Fresh []string
	// FileClasses is the file's number of classes if parameters are Fresh.
	FileClasses int
	// Missing are the other parameters that the file has no values for, Unused
	// the file's tensors that the network has no place for, and Misfits describes
	// other differences.
	Missing, Unused, Misfits []string
}

// Whole is nil if nothing is missing, unused or of another shape; the
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
	return fault.New(fault.Failure, "Give weights of the same architecture.", "%s does not fit the network: %w", l.File.Path, fault.Join(problems))
}

// Match finds the tensors of a network in the file. The result lists what does not
// fit; an error means that the file cannot be read, or that its graph computes
// something else.
func (f *File) Match(blocks []models.Block) (Loaded, error) {
	l := Loaded{File: f, Values: map[string][]float64{}}
	if f.Arch != nil {
		l.Misfits = f.otherwise(blocks)
	}
	if f.model != nil {
		return l, l.graph(blocks)
	}
	tensors := map[string]tensor{}
	names := map[string]bool{}
	for _, t := range f.tensors {
		name := strings.TrimPrefix(t.name, "module.") // from torch's DataParallel
		if !strings.HasSuffix(name, ".num_batches_tracked") {
			tensors[name], names[name] = t, true
		}
	}
	byName := map[string]string{}
	epsilon := nn.Epsilon
	if f.own {
		for _, p := range models.Params(blocks) {
			byName[p.Name] = p.Name
		}
	} else {
		fam := familyOf(blocks, names)
		if fam == nil {
			return l, fault.New(fault.Failure, "See docs/weights.md for the names that are known.", "%s has no names of a known family, such as %s", f.Path, example(f.tensors))
		}
		var why string
		if byName, why = fam.translated(blocks, names); why != "" {
			l.Misfits = append(l.Misfits, why)
		}
		l.Misfits = append(l.Misfits, fam.otherwise(blocks)...)
		l.Names, l.Note, epsilon = fam.name, fam.note(blocks), fam.epsilon
	}
	return l, l.tensors(blocks, tensors, byName, epsilon)
}

func example(tensors []tensor) string {
	var names []string
	for _, t := range tensors[:min(3, len(tensors))] {
		names = append(names, t.name)
	}
	return strings.Join(names, ", ")
}

// tensors takes each parameter's tensor by its name in the file.
func (l *Loaded) tensors(blocks []models.Block, tensors map[string]tensor, byName map[string]string, epsilon float64) error {
	normed := biasesBeforeNorms(blocks)
	head := headOf(blocks)
	for _, p := range models.Params(blocks) {
		name := byName[p.Name]
		t, ok := tensors[name]
		delete(tensors, name)
		switch {
		case !ok && normed[p.Name]:
			l.Values[p.Name] = make([]float64, p.Shape[0])
		case !ok:
			l.Missing = append(l.Missing, p.Name)
		case sameShape(t.shape, p.Shape):
			v, err := t.values()
			if err == nil && !finite(v) {
				err = errNotFinite
			}
			if err != nil {
				return fmt.Errorf("read %s: tensor %.200s: %w", l.File.Path, t.name, err)
			}
			if p.Role == models.Var {
				v = shifted(v, epsilon-nn.Epsilon)
			}
			l.Values[p.Name] = v
		case head[p.Name] && otherClasses(t.shape, p.Shape):
			l.Fresh, l.FileClasses = append(l.Fresh, p.Name), t.shape[0]
		default:
			l.Misfits = append(l.Misfits, fmt.Sprintf("%s is %v in the file, %v in the network", p.Name, t.shape, p.Shape))
		}
	}
	for _, t := range l.File.tensors {
		if _, left := tensors[strings.TrimPrefix(t.name, "module.")]; left {
			l.Unused = append(l.Unused, t.name)
		}
	}
	return nil
}

// otherwise lists the differences between the architecture that the file states and
// the network, which the shapes of tensors may not
// show.
func (f *File) otherwise(blocks []models.Block) []string {
	theirs, err := f.Arch.Resolve()
	if err != nil {
		return []string{err.Error()}
	}
	if len(theirs) != len(blocks) {
		return []string{fmt.Sprintf("the file is of a network of %d blocks, not %d", len(theirs), len(blocks))}
	}
	var out []string
	for i, b := range blocks {
		a := theirs[i]
		// The size of the image and the classes may differ.
		a.Height, a.Width, b.Height, b.Width = 0, 0, 0, 0
		if a.Kind == models.Head && b.Kind == models.Head {
			a.Out, a.Classes, b.Out, b.Classes = 0, 0, 0, 0
		}
		for _, d := range []struct {
			what       string
			have, want any
		}{
			{"kind", a.Kind, b.Kind}, {"kernel", a.Kernel, b.Kernel}, {"stride", a.Stride, b.Stride}, {"padding", a.Pad, b.Pad},
			{"activation", a.Act, b.Act}, {"gate", a.SE, b.SE}, {"activation in the gate", a.SEAct, b.SEAct},
			{"shuffle", a.Shuffle, b.Shuffle}, {"shortcut", a.Residual, b.Residual},
		} {
			if d.have != d.want {
				out = append(out, fmt.Sprintf("%s has the %s %v in the file, %v in the network", models.BlockName(b, i), d.what, d.have, d.want))
			}
		}
	}
	return out
}

// biasesBeforeNorms are the biases that a batch norm follows: zero if a
// publisher left them out, which is equivalent.
func biasesBeforeNorms(blocks []models.Block) map[string]bool {
	found := map[string]bool{}
	for i, b := range blocks {
		for _, c := range b.Convolutions() {
			found[models.BlockName(b, i)+"."+c.Name+".bias"] = c.BatchNorm
		}
	}
	return found
}

// headOf are the parameters of the classifier.
func headOf(blocks []models.Block) map[string]bool {
	found := map[string]bool{}
	if last := blocks[len(blocks)-1]; last.Kind == models.Head {
		for _, p := range models.Params([]models.Block{last}) {
			found[p.Name] = true
		}
	}
	return found
}

// sameShape compares shapes without trailing ones: a linear layer is a 1x1
// convolution.
func sameShape(a, b []int) bool { return slices.Equal(trimmed(a), trimmed(b)) }

func trimmed(shape []int) []int {
	for len(shape) > 0 && shape[len(shape)-1] == 1 {
		shape = shape[:len(shape)-1]
	}
	return shape
}

// otherClasses reports whether shapes differ only in the first dimension.
func otherClasses(a, b []int) bool {
	return len(a) > 0 && len(b) > 0 && a[0] != b[0] && slices.Equal(trimmed(a[1:]), trimmed(b[1:]))
}

// shifted adds a number to each element: to variances, for another epsilon.
func shifted(v []float64, by float64) []float64 {
	if by == 0 {
		return v
	}
	out := make([]float64, len(v))
	for i, x := range v {
		out[i] = x + by
	}
	return out
}
