package dataset

import (
	"cmp"
	"context"
	"slices"

	"fbnas/dataset/picture"
)

// Size is the size of a stored image, in pixels.
type Size struct {
	Width  int `json:"width"`
	Height int `json:"height"`
}

// Sizes are those of the smallest, the median and the largest of a set's images, by
// their number of pixels.
type Sizes struct {
	Smallest Size `json:"smallest"`
	Median   Size `json:"median"`
	Largest  Size `json:"largest"`
}

func (f *files) stored(i int) (Size, error) {
	p, err := picture.Open(f.paths[i])
	if err != nil {
		return Size{}, err
	}
	w, h := p.Size()
	return Size{w, h}, nil
}

func (m *memory) stored(int) (Size, error) { return m.before, nil }

func (j joinedSource) stored(i int) (Size, error) {
	if i < j.firstCount {
		return j.source.stored(i)
	}
	return j.other.stored(i - j.firstCount)
}

// Sizes reads every image's file again.
func (s *Set) Sizes(ctx context.Context) (Sizes, error) {
	var all []Size
	for _, split := range []*Split{s.Train, s.Test} {
		sizes, failed := make([]Size, split.Len()), make([]error, split.Len())
		each(ctx, split.Len(), func(i int) { sizes[i], failed[i] = split.src.stored(split.index[i]) })
		if err := cmp.Or(append(failed, ctx.Err())...); err != nil {
			return Sizes{}, err
		}
		all = append(all, sizes...)
	}
	slices.SortStableFunc(all, func(a, b Size) int {
		return cmp.Or(a.Width*a.Height-b.Width*b.Height, a.Width-b.Width)
	})
	if len(all) == 0 {
		return Sizes{}, nil
	}
	return Sizes{all[0], all[len(all)/2], all[len(all)-1]}, nil
}
