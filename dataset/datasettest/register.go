package datasettest

import (
	"fmt"
	"slices"
	"testing"

	"fbnas/dataset"
)

// Register finds the images of a set by their pixels, so that a test can see
// which of them a program was given.
type Register struct {
	names map[string]Name
	size  int // of an image, in numbers
}

// Name says which image of its set it is.
type Name struct {
	Test  bool
	Index int
}

// NewRegister registers the images of a set without augmentation.
// Equal images fail the test.
func NewRegister(t testing.TB, set *dataset.Set) *Register {
	t.Helper()
	r := &Register{map[string]Name{}, set.Train.Shape().Size()}
	for _, split := range []*dataset.Split{set.Train, set.Test} {
		for i := range split.Len() {
			pixels := make([]float32, r.size)
			if _, err := split.Image(i, pixels); err != nil {
				t.Fatal(err)
			}
			key := fmt.Sprint(pixels)
			if _, ok := r.names[key]; ok {
				t.Fatalf("image %d is there twice", i)
			}
			r.names[key] = Name{split == set.Test, i}
		}
	}
	return r
}

// Find returns the image that has the pixels.
func (r *Register) Find(pixels []float32) (Name, bool) {
	name, ok := r.names[fmt.Sprint(pixels)]
	return name, ok
}

// In lists the images of a batch, in order, without the zeros that fill up its
// end. An image that is not in the set fails the test.
func (r *Register) In(t testing.TB, batch []float32) []Name {
	t.Helper()
	var names []Name
	for pixels := range slices.Chunk(batch, r.size) {
		if !slices.ContainsFunc(pixels, func(v float32) bool { return v != 0 }) {
			continue
		}
		name, ok := r.Find(pixels)
		if !ok {
			t.Fatal("a batch holds an image that is none of the set's")
		}
		names = append(names, name)
	}
	return names
}
