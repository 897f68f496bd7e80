package dataset

import (
	"reflect"
	"slices"
	"testing"

	"fbnas/internal/chw"
	"fbnas/internal/random"
)

// epochs are the augmented images of a split in several epochs: by
// epoch, then by image.
func epochs(t *testing.T, s *Split, o LoaderOptions, from int) [][][]float32 {
	t.Helper()
	o.Batch, o.Workers = s.Len(), 2
	size := s.Shape().Size()
	var all [][][]float32
	for _, b := range collect(t, started(t, s, o, from), o.Epochs) {
		all = append(all, slices.Collect(slices.Chunk(b.Images, size)))
	}
	return all
}

// TestEveryEpochAugmentsAnew: each part of the augmentation changes an image
// differently in other epochs, and other images differently; all of it
// is a function of seed, purpose, epoch and image.
func TestEveryEpochAugmentsAnew(t *testing.T) {
	const images, shown = 6, 12
	set := makeSet(t, images, 2, chw.Shape{Channels: 1, Height: 6, Width: 6}, 1)
	// Equal pixels, so that only what is drawn tells images apart.
	alike := set.Train.Subset(make([]int, images))
	for name, c := range map[string]struct {
		augment Augment
		ways    int // smallest number of different views of an image in twelve epochs
	}{
		"pad and crop": {Augment{PadCrop: 2}, 6},
		"flip":         {Augment{Flip: true}, 2},
		"crop":         {Augment{CropScale: 0.3}, 6},
		"operations":   {Augment{Trivial: true}, 4},
	} {
		t.Run(name, func(t *testing.T) {
			o := LoaderOptions{Seed: 7, Purpose: "weights", Augment: c.augment, Epochs: shown}
			all := epochs(t, alike, o, 0)
			for i := range images {
				var ways [][]float32
				for _, epoch := range all {
					if !slices.ContainsFunc(ways, func(w []float32) bool { return slices.Equal(w, epoch[i]) }) {
						ways = append(ways, epoch[i])
					}
				}
				if len(ways) < c.ways {
					t.Errorf("image %d is shown in %d ways in %d epochs, want %d or more", i, len(ways), shown, c.ways)
				}
			}
			for i := 1; i < images; i++ {
				if !slices.ContainsFunc(all, func(epoch [][]float32) bool { return !slices.Equal(epoch[0], epoch[i]) }) {
					t.Errorf("images 0 and %d always get the same draws", i)
				}
			}
			if again := epochs(t, alike, o, 5); !reflect.DeepEqual(again, all[5:]) {
				t.Error("a loader that starts in epoch 5 shows other images")
			}
			for what, change := range map[string]func(*LoaderOptions){
				"seed":    func(o *LoaderOptions) { o.Seed++ },
				"purpose": func(o *LoaderOptions) { o.Purpose = "choices" },
			} {
				other := o
				change(&other)
				if reflect.DeepEqual(epochs(t, alike, other, 0), all) {
					t.Errorf("another %s shows the same images", what)
				}
			}
		})
	}
}

// TestDrawsCoverTheirRange: every operation, every place and both sides occur,
// about equally often.
func TestDrawsCoverTheirRange(t *testing.T) {
	const draws = 14000
	a := Augment{PadCrop: 2, Flip: true, Trivial: true}
	var ops [14]int
	places, mirrored := map[[2]int]int{}, 0
	for i := range draws {
		v := a.draw(random.New(1, "draws", uint64(i)), chw.Shape{Channels: 1, Height: 8, Width: 8})
		ops[v.op]++
		places[[2]int{v.dy, v.dx}]++
		if v.mirror {
			mirrored++
		}
	}
	near := func(what any, got, want int) {
		if got < want*8/10 || got > want*12/10 {
			t.Errorf("%v: %d of %d draws, want about %d", what, got, draws, want)
		}
	}
	for op, n := range ops {
		near(op, n, draws/len(operations))
	}
	for dy := -2; dy <= 2; dy++ {
		for dx := -2; dx <= 2; dx++ {
			near([2]int{dy, dx}, places[[2]int{dy, dx}], draws/25)
		}
	}
	if len(places) != 25 {
		t.Errorf("%d places, want 25", len(places))
	}
	near("mirrored", mirrored, draws/2)
}

// TestMixingIsDrawnAnew: an image's partner and its share differ
// in every epoch.
func TestMixingIsDrawnAnew(t *testing.T) {
	const images = 8
	set := makeSet(t, images, images, chw.Shape{Channels: 1, Height: 2, Width: 2}, 1) // the label is the image
	o := LoaderOptions{Batch: images, Seed: 7, Purpose: "weights", Mixup: 0.4, Shuffle: true, Epochs: 4}
	var shares [][images]float32
	var others [][images]int64
	all := collect(t, started(t, set.Train, o, 0), o.Epochs)
	for _, b := range all {
		var share [images]float32
		var other [images]int64
		for k, label := range b.Labels {
			share[label], other[label] = b.Shares[k], b.Others[k]
		}
		if slices.Contains(shares, share) || slices.Contains(others, other) {
			t.Errorf("epoch %d mixes as one before", b.Epoch)
		}
		shares, others = append(shares, share), append(others, other)
	}
	if again := collect(t, started(t, set.Train, o, 2), o.Epochs); !reflect.DeepEqual(again, all[2:]) {
		t.Error("a loader that starts in epoch 2 mixes otherwise")
	}
}
