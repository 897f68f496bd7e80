package dataset

import (
	"fmt"
	"math"

	"fbnas/internal/chw"
	"fbnas/internal/evenly"
	"fbnas/internal/random"
)

// source gives raw images by index: planes of 8-bit pixels, [channels, height,
// width], 0 = black. Several goroutines may call its methods.
type source interface {
	// shape is that of the images as stored: a grey set has one channel, whatever
	// the network's input has.
	shape() chw.Shape
	// pixels fills dst, of shape().Size() bytes, with image i.
	pixels(i int, dst []uint8) error
	inMemory() bool
	// name of image i, for people
	name(i int) string
	// stored is the size of image i in its file
	stored(i int) (Size, error)
}

// Split is a list of images of a set. It is immutable.
type Split struct {
	set    *Set
	src    source
	labels []int64 // by source index
	// content of the images, by source index
	content []Content
	index   []int // the split's images, as source indices
}

func newSplit(im images, s *Set) *Split {
	return &Split{set: s, src: im.src, labels: im.labels, content: im.content, index: im.keep}
}

// Len is the number of images.
func (s *Split) Len() int { return len(s.index) }

// Label is the class of image i, an index into the set's Classes.
func (s *Split) Label(i int) int64 { return s.labels[s.index[i]] }

// Shape is that of the images that leave the split.
func (s *Split) Shape() chw.Shape {
	f := s.src.shape()
	f.Channels = len(s.set.Mean)
	return f
}

// Image writes image i, normalised and not augmented, to dst, [channels,
// height, width] in row-major order, and returns its label.
func (s *Split) Image(i int, dst []float32) (label int64, err error) {
	if want := s.Shape().Size(); len(dst) != want {
		return 0, fmt.Errorf("image %d: destination of %d numbers, want %d", i, len(dst), want)
	}
	r := newRenderer(s)
	if err := r.render(s.index[i], view{}, dst); err != nil {
		return 0, err
	}
	return s.Label(i), nil
}

// Subset is the split of the given images, in the given order.
func (s *Split) Subset(indices []int) *Split {
	sub := *s
	sub.index = make([]int, len(indices))
	for i, j := range indices {
		sub.index[i] = s.index[j]
	}
	return &sub
}

// Part is n images at equal distances in the split, which may be sorted by
// class; all images if the split has no more than n.
func (s *Split) Part(n int) *Split { return s.Subset(evenly.Indices(s.Len(), n)) }

// keepForTest splits off test images for a set that has none of its own.
// The content of each image decides (Content.isTest).
func (s *Split) keepForTest(fraction float64, seed uint64) (train, test *Split) {
	var kept, rest []int
	for i, k := range s.index {
		if s.content[k].isTest(fraction, seed) {
			kept = append(kept, i)
		} else {
			rest = append(rest, i)
		}
	}
	return s.Subset(rest), s.Subset(kept)
}

// Partition divides the images into two splits, the first with about the given
// fraction of every class; if a class has two images, each side gets at least one.
// The result is a function of the seed and of the images' order; equal images
// go to the side of the first of them. Both splits
// keep the order.
func (s *Split) Partition(fraction float64, seed uint64) (a, b *Split) {
	byClass := make([][]int, len(s.set.Classes))
	for i := range s.index {
		byClass[s.Label(i)] = append(byClass[s.Label(i)], i)
	}
	var first []int
	for class, members := range byClass {
		n := len(members)
		k := int(math.Round(fraction * float64(n)))
		if n >= 2 && fraction > 0 && fraction < 1 {
			k = min(max(k, 1), n-1)
		}
		random.New(seed, "partition", uint64(class)).Shuffle(n, func(i, j int) {
			members[i], members[j] = members[j], members[i]
		})
		first = append(first, members[:k]...)
	}
	one, other := s.together(first)
	return s.Subset(one), s.Subset(other)
}

// together lists the images of the first side and the others, in order, but moves an
// image to the side of an earlier one with the same content.
func (s *Split) together(first []int) (a, b []int) {
	inFirst := make([]bool, s.Len())
	for _, i := range first {
		inFirst[i] = true
	}
	sides := map[Content]bool{}
	for i, k := range s.index {
		side, met := sides[s.content[k]]
		if !met {
			side = inFirst[i]
			sides[s.content[k]] = side
		}
		if side {
			a = append(a, i)
		} else {
			b = append(b, i)
		}
	}
	return a, b
}

// statisticsSample is the number of images used for the mean and deviation of
// pixels if images are decoded anew each time.
const statisticsSample = 1024

// statistics are mean and standard deviation of each stored channel, pixels
// from 0 to 1. They are computed from counts of values, so they do not depend on
// the order.
func (s *Split) statistics() (mean, std []float32, err error) {
	n := s.Len()
	if !s.src.inMemory() {
		n = min(n, statisticsSample)
	}
	f := s.src.shape()
	counts := make([][256]uint64, f.Channels)
	buf := make([]uint8, f.Size())
	for k := range n {
		if err := s.src.pixels(s.index[k*s.Len()/n], buf); err != nil {
			return nil, nil, err
		}
		for c := range counts {
			for _, p := range buf[c*f.Height*f.Width:][:f.Height*f.Width] {
				counts[c][p]++
			}
		}
	}
	for _, count := range counts {
		var total, sum, squares float64
		for v, k := range count {
			x, k := float64(v)/255, float64(k)
			total, sum, squares = total+k, sum+k*x, squares+k*x*x
		}
		m := sum / total
		d := math.Sqrt(max(squares/total-m*m, 0))
		if d < 1e-6 {
			d = 1 // a constant channel needs no scaling
		}
		mean, std = append(mean, float32(m)), append(std, float32(d))
	}
	return mean, std, nil
}
