package dataset

import (
	"math"
	"reflect"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"fbnas/internal/chw"
)

func TestPartitionIsStratifiedAndSeeded(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		n, classes := rapid.IntRange(4, 60).Draw(rt, "images"), rapid.IntRange(2, 4).Draw(rt, "classes")
		fraction, seed := rapid.Float64Range(0.05, 0.95).Draw(rt, "fraction"), rapid.Uint64().Draw(rt, "seed")
		s := makeSet(t, n, classes, chw.Shape{Channels: 1, Height: 4, Width: 4}, 1).Train
		a, b := s.Partition(fraction, seed)
		both := append(append([]int{}, a.index...), b.index...)
		slices.Sort(both)
		if !reflect.DeepEqual(both, s.index) {
			rt.Fatalf("the parts %v and %v are not the whole", a.index, b.index)
		}
		if !slices.IsSorted(a.index) || !slices.IsSorted(b.index) {
			rt.Fatalf("the parts are not in the images' order")
		}
		for c := range classes {
			of := func(p *Split) (k float64) {
				for i := range p.Len() {
					if p.Label(i) == int64(c) {
						k++
					}
				}
				return k
			}
			if total := of(s); math.Abs(of(a)-fraction*total) > 1 || (total >= 2 && (of(a) == 0 || of(b) == 0)) {
				rt.Fatalf("class %d: %g of %g images in a part of %g", c, of(a), total, fraction)
			}
		}
		again, _ := s.Partition(fraction, seed)
		if !reflect.DeepEqual(again.index, a.index) {
			rt.Fatal("the same seed gave another partition")
		}
	})
	s := makeSet(t, 100, 2, chw.Shape{Channels: 1, Height: 4, Width: 4}, 1).Train
	a, _ := s.Partition(0.5, 1)
	b, _ := s.Partition(0.5, 2)
	if reflect.DeepEqual(a.index, b.index) {
		t.Error("another seed gave the same partition")
	}
}

func TestRenderIsPadThenCropThenFlip(t *testing.T) {
	f := chw.Shape{Channels: 3, Height: 4, Width: 5}
	s := makeSet(t, 3, 2, f, 3)
	r := newRenderer(s.Train)
	raw, dst := make([]uint8, f.Size()), make([]float32, f.Size())
	if err := s.Train.src.pixels(1, raw); err != nil {
		t.Fatal(err)
	}
	// The crop can lie completely outside the image: offsets up to ±7.
	for at := range 15 * 15 * 2 {
		v := view{dy: at/30 - 7, dx: at/2%15 - 7, mirror: at%2 == 1}
		if err := r.render(1, v, dst); err != nil {
			t.Fatal(err)
		}
		for i := range dst {
			c, y, x := i/20, i/5%4, i%5
			if v.mirror {
				x = 4 - x
			}
			pixel := uint8(0)
			if y, x := y+v.dy, x+v.dx; y >= 0 && y < 4 && x >= 0 && x < 5 {
				pixel = raw[c*20+y*5+x]
			}
			want := (float32(pixel)/255 - s.Mean[c]) / s.Std[c]
			if dst[i] != want {
				t.Fatalf("%+v: %g at (%d, %d, %d), want %g", v, dst[i], c, y, i%5, want)
			}
		}
	}
}

func TestNormalisedTrainingImagesHaveMeanZeroAndDeviationOne(t *testing.T) {
	for _, channels := range []int{1, 3} {
		s := makeSet(t, 40, 2, chw.Shape{Channels: 1, Height: 8, Width: 8}, channels)
		if len(s.Mean) != channels || len(s.Std) != channels {
			t.Fatalf("%d means for %d channels", len(s.Mean), channels)
		}
		var sum, squares float64
		image := make([]float32, channels*64)
		for i := range s.Train.Len() {
			if _, err := s.Train.Image(i, image); err != nil {
				t.Fatal(err)
			}
			if channels == 3 && !reflect.DeepEqual(image[:64], image[128:]) {
				t.Fatal("grey is not replicated")
			}
			for _, v := range image {
				sum, squares = sum+float64(v), squares+float64(v)*float64(v)
			}
		}
		n := float64(40 * 64 * channels)
		if math.Abs(sum/n) > 1e-4 || math.Abs(squares/n-1) > 1e-4 {
			t.Errorf("%d channels: mean %g, mean square %g", channels, sum/n, squares/n)
		}
	}
}

func TestImageWantsItsSize(t *testing.T) {
	s := makeSet(t, 4, 2, chw.Shape{Channels: 1, Height: 2, Width: 2}, 3)
	if _, err := s.Train.Image(0, make([]float32, 4)); err == nil {
		t.Error("a destination of one channel was accepted for three")
	}
}
