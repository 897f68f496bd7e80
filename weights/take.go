package weights

import (
	"maps"
	"slices"

	"fbnas/internal/fault"
	"fbnas/models"
	"fbnas/train"
)

// Taken is a network with the weights of a file.
type Taken struct {
	Network
	Loaded
	Drawn []string // parameters that the file lacks, in the order of models.Params
}

// Take matches the file with an architecture, and changes the architecture's number of
// classes to the file's. Anything that does not fit is an error, unless partial: then
// parameters that the file lacks are drawn with the seed. The accuracy and the data that
// a file states apply only to its own weights.
func (f *File) Take(arch models.Arch, partial bool, seed uint64) (Taken, error) {
	t := Taken{Network: Network{Arch: arch}}
	blocks, err := t.match(f)
	if err == nil && t.FileClasses > 0 {
		t.Arch.Classes = t.FileClasses
		blocks, err = t.match(f)
	}
	if err != nil {
		return t, err
	}
	if err := t.Whole(); err != nil && !partial {
		return t, fault.New(fault.CodeOf(err), "Give the architecture of the weights with --arch, or --partial to take the tensors that fit.", "%w", err)
	}
	t.Network.Values = maps.Clone(t.Loaded.Values)
	for _, p := range models.Params(blocks) {
		if _, ok := t.Network.Values[p.Name]; !ok {
			t.Network.Values[p.Name] = train.InitialValues(p, seed)
			t.Drawn = append(t.Drawn, p.Name)
		}
	}
	if t.Drawn == nil {
		t.Test, t.Data = f.Test, f.Data
	}
	return t, nil
}

func (t *Taken) match(f *File) ([]models.Block, error) {
	blocks, err := t.Arch.Resolve()
	if err != nil {
		return nil, err
	}
	t.Loaded, err = f.Match(blocks)
	return blocks, err
}

// Start matches the file with a network that is to be trained further from its
// weights, for the classes of its data: everything has to fit except the
// classifier. The classifier is Fresh if the file's has another
// number of classes or other names of classes, or if anew asks for it.
func (f *File) Start(blocks []models.Block, classes []string, anew bool) (Loaded, error) {
	l, err := f.Match(blocks)
	if err == nil {
		err = l.Whole()
	}
	if err != nil {
		return l, err
	}
	l.Values = maps.Clone(l.Values)
	if others := len(f.Classes) > 0 && !slices.Equal(f.Classes, classes); l.Fresh == nil && (anew || others) {
		for _, p := range models.Params(blocks[len(blocks)-1:]) {
			delete(l.Values, p.Name)
			l.Fresh = append(l.Fresh, p.Name)
		}
	}
	return l, nil
}
