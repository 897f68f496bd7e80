package dataset

import (
	"fbnas/dataset/picture"
	"fbnas/internal/chw"
)

// Preprocessing is what happens to pixels, from 0 to 1, before a network sees
// them: scaled to the height and the width of Shape, with its channels, then (pixel - Mean) / Std for
// each channel.
type Preprocessing struct {
	chw.Shape
	Mean []float32 `json:"mean"`
	Std  []float32 `json:"std"`
	// Pictures is the picture.Definition by which files became pixels; 0: by
	// none, in older versions.
	Pictures int `json:"pictures,omitempty"`
}

// Preprocessing is that of the set's batches.
func (s *Set) Preprocessing() Preprocessing {
	return Preprocessing{Shape: s.Train.Shape(), Mean: s.Mean, Std: s.Std, Pictures: picture.Definition}
}

// Odd counts the set's pictures that are not stored upright, and those with
// transparent pixels.
func (s *Set) Odd() (turned, transparent int) {
	seen := map[*files]bool{}
	var count func(src source)
	count = func(src source) {
		switch src := src.(type) {
		case joinedSource:
			count(src.source)
			count(src.other)
		case *files:
			if !seen[src] {
				seen[src] = true
				turned, transparent = turned+int(src.turned.Load()), transparent+int(src.transparent.Load())
			}
		}
	}
	for _, split := range []*Split{s.Train, s.Test} {
		if split != nil {
			count(split.src)
		}
	}
	return turned, transparent
}
