package pretrained

import (
	"errors"

	"fbnas/dataset"
	"fbnas/models"
	"fbnas/train"
)

// Format is a kind of file that holds weights.
type Format string

// The formats.
const (
	Safetensors Format = "safetensors"
)

// File is an opened file of weights with what it says of itself: nothing where
// it is not of fbnas.
type File struct {
	Path          string
	Format        Format
	Arch          *models.Arch           // nil where the file does not state it
	Classes       []string               // nil where the file does not name them
	Preprocessing *dataset.Preprocessing // nil where the file does not state it
	Test          train.Accuracy         // on the test images; zero when not measured

	tensors []tensor
}

// tensor is one array of a file under the file's name for it.
type tensor struct {
	name  string
	shape []int
	data  []float64
}

// Open reads the file at path, whatever its name ends in.
func Open(path string) (*File, error) {
	w, err := train.ReadWeights(path)
	if err != nil {
		return nil, err
	}
	blocks, err := w.Arch.Resolve()
	if err != nil {
		return nil, err
	}
	f := &File{Path: path, Format: Safetensors, Arch: &w.Arch, Classes: w.Classes, Preprocessing: &w.Preprocessing, Test: w.Test}
	for _, p := range models.Params(blocks) {
		f.tensors = append(f.tensors, tensor{p.Name, p.Shape, w.Values[p.Name]})
	}
	return f, nil
}

// Load reads the file at path as the weights of a network; it is [Open] and
// [File.Match], and an error where [Loaded.Whole] has one.
func Load(path string, blocks []models.Block) (Loaded, error) {
	f, err := Open(path)
	if err != nil {
		return Loaded{}, err
	}
	l, err := f.Match(blocks)
	return l, errors.Join(err, l.Whole())
}
