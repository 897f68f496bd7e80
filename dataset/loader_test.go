package dataset

import (
	"context"
	"errors"
	"fmt"
	"io"
	"reflect"
	"slices"
	"testing"

	"fbnas/internal/chw"
)

// batchContent is a batch's content without its buffers.
type batchContent struct {
	Images         []float32
	Labels         []int64
	Others         []int64
	Shares         []float32
	N, Epoch, Step int
}

// collect reads up to limit batches from a started loader, releasing each.
func collect(t *testing.T, l *Loader, limit int) []batchContent {
	t.Helper()
	var out []batchContent
	for len(out) < limit {
		b, err := l.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, batchContent{append([]float32{}, b.Images...), append([]int64{}, b.Labels...),
			slices.Clone(b.Others), slices.Clone(b.Shares), b.N, b.Epoch, b.Step})
		b.Release()
	}
	return out
}

func started(t *testing.T, s *Split, o LoaderOptions, step int) *Loader {
	t.Helper()
	l, err := NewLoader(s, o)
	if err != nil {
		t.Fatal(err)
	}
	l.Start(context.Background(), step)
	t.Cleanup(l.Close)
	return l
}

var training = LoaderOptions{
	Batch: 4, Seed: 7, Purpose: "weights", Shuffle: true, DropLast: true, Epochs: 3, Workers: 1,
	Augment: Augment{PadCrop: 2, Flip: true, CropScale: 0.5, Trivial: true}, Mixup: 0.4,
}

func TestBatchesAreAFunctionOfSeedAndStep(t *testing.T) {
	set := makeSet(t, 22, 3, chw.Shape{Channels: 1, Height: 6, Width: 5}, 3)
	want := collect(t, started(t, set.Train, training, 0), 100)
	if len(want) != 15 {
		t.Fatalf("%d batches of 4 from 3 epochs of 22 images, want 15", len(want))
	}
	for _, c := range []struct {
		name string
		set  func(*LoaderOptions)
		step int
		same bool
	}{
		{"4 workers", func(o *LoaderOptions) { o.Workers = 4 }, 0, true},
		{"4 workers, 9 ahead", func(o *LoaderOptions) { o.Workers, o.Depth = 4, 9 }, 0, true},
		{"from the middle of an epoch", func(o *LoaderOptions) { o.Workers = 2 }, 7, true},
		{"from an epoch's start", func(*LoaderOptions) {}, 10, true},
		{"another seed", func(o *LoaderOptions) { o.Seed++ }, 0, false},
		{"another purpose", func(o *LoaderOptions) { o.Purpose = "choices" }, 0, false},
	} {
		o := training
		c.set(&o)
		got := collect(t, started(t, set.Train, o, c.step), 100)
		if same := reflect.DeepEqual(got, want[c.step:]); same != c.same {
			t.Errorf("%s: same batches %v, want %v", c.name, same, c.same)
		}
	}
	if reflect.DeepEqual(want[0].Labels, want[5].Labels) && reflect.DeepEqual(want[1].Labels, want[6].Labels) {
		t.Error("the second epoch has the first one's order")
	}
}

func TestAnEpochShowsEveryImageOnce(t *testing.T) {
	set := makeSet(t, 22, 22, chw.Shape{Channels: 1, Height: 2, Width: 2}, 1) // each image its own class
	o := LoaderOptions{Batch: 4, Shuffle: true, Epochs: 2}
	seen := map[string]int{}
	for _, b := range collect(t, started(t, set.Train, o, 0), 100) {
		for _, label := range b.Labels[:b.N] {
			seen[fmt.Sprint(b.Epoch, " ", label)]++
		}
	}
	if len(seen) != 44 {
		t.Fatalf("%d different images in two epochs of 22", len(seen))
	}
}

// TestUsedBuffersArePadded: a batch that is not full contains nothing of the batches
// that used its memory before.
func TestUsedBuffersArePadded(t *testing.T) {
	set := makeSet(t, 10, 5, chw.Shape{Channels: 3, Height: 2, Width: 2}, 3)
	last := 0
	for _, b := range collect(t, started(t, set.Train, LoaderOptions{Batch: 4, Epochs: 20, Workers: 1, Depth: 1}, 0), 100) {
		if b.N == 4 {
			continue
		}
		last++
		if slices.Max(b.Images[b.N*12:]) != 0 || slices.Min(b.Images[b.N*12:]) != 0 || slices.Max(b.Labels[b.N:]) != 0 {
			t.Fatalf("epoch %d: padding holds %v with labels %v", b.Epoch, b.Images[b.N*12:], b.Labels[b.N:])
		}
	}
	if last != 20 {
		t.Errorf("%d batches were not full, want 20", last)
	}
}

func TestTheLastBatchIsPadded(t *testing.T) {
	set := makeSet(t, 10, 5, chw.Shape{Channels: 3, Height: 2, Width: 2}, 3)
	l := started(t, set.Train, LoaderOptions{Batch: 4, Epochs: 1}, 0)
	all := collect(t, l, 100)
	if len(all) != 3 || l.StepsPerEpoch() != 3 {
		t.Fatalf("%d batches (%d steps), want 3", len(all), l.StepsPerEpoch())
	}
	last := all[2]
	if last.N != 2 {
		t.Fatalf("the last batch has N %d, want 2", last.N)
	}
	for i, v := range last.Images[2*12:] {
		if v != 0 {
			t.Fatalf("padding has %g at %d", v, i)
		}
	}
	image := make([]float32, 12)
	for i := range 10 {
		label, err := set.Train.Image(i, image)
		if err != nil {
			t.Fatal(err)
		}
		b := all[i/4]
		if b.Labels[i%4] != label || !reflect.DeepEqual(b.Images[i%4*12:][:12], image) {
			t.Errorf("image %d of the batches is not image %d of the split", i, i)
		}
	}
	if _, err := l.Next(); !errors.Is(err, io.EOF) {
		t.Errorf("after the last epoch: %v, want io.EOF", err)
	}
}

// failingSource is a source with one image that cannot be read.
type failingSource struct {
	source
	bad int
}

var errBad = errors.New("bad.jpg: invalid format")

func (f failingSource) pixels(i int, dst []uint8) error {
	if i == f.bad {
		return errBad
	}
	return f.source.pixels(i, dst)
}

func TestAFailingImageEndsAtItsStep(t *testing.T) {
	split := *makeSet(t, 20, 2, chw.Shape{Channels: 1, Height: 2, Width: 2}, 1).Train
	split.src = failingSource{split.src, 9}
	l := started(t, &split, LoaderOptions{Batch: 4, Workers: 3}, 0)
	for step := range 2 {
		if _, err := l.Next(); err != nil {
			t.Fatalf("step %d: %v", step, err)
		}
	}
	for range 2 {
		if _, err := l.Next(); !errors.Is(err, errBad) {
			t.Fatalf("error %v, want the bad image's, and again", err)
		}
	}
}

func TestCancelAndClose(t *testing.T) {
	set := makeSet(t, 20, 2, chw.Shape{Channels: 1, Height: 2, Width: 2}, 1)
	l, err := NewLoader(set.Train, LoaderOptions{Batch: 4, Workers: 2})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := l.Next(); err == nil {
		t.Error("Next before Start gave a batch")
	}
	ctx, cancel := context.WithCancel(context.Background())
	l.Start(ctx, 0)
	b, err := l.Next()
	if err != nil {
		t.Fatal(err)
	}
	kept := append([]float32{}, b.Images...)
	cancel()
	for err == nil { // batches made ahead may still come
		_, err = l.Next()
	}
	if !errors.Is(err, context.Canceled) {
		t.Errorf("after the cancellation: %v", err)
	}
	l.Start(context.Background(), 3)
	again, err := l.Next()
	if err != nil || again.Step != 3 {
		t.Fatalf("after a new start: %v", err)
	}
	l.Close()
	l.Close()
	if _, err := l.Next(); err == nil || errors.Is(err, io.EOF) {
		t.Errorf("Next after Close: %v", err)
	}
	if !reflect.DeepEqual(kept, b.Images) {
		t.Error("a batch that was not released has changed")
	}
}

func TestReleasedBuffersAreUsedAgain(t *testing.T) {
	set := makeSet(t, 64, 2, chw.Shape{Channels: 1, Height: 2, Width: 2}, 1)
	l := started(t, set.Train, LoaderOptions{Batch: 1, Depth: 1, Workers: 1, Epochs: 1}, 0)
	buffers := map[*float32]bool{}
	for {
		b, err := l.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		buffers[&b.Images[0]] = true
		b.Release()
		b.Release() // a second Release must not return the buffer twice
	}
	if len(buffers) > 8 {
		t.Errorf("64 batches used %d buffers", len(buffers))
	}
}

func TestLoaderOptions(t *testing.T) {
	set := makeSet(t, 6, 2, chw.Shape{Channels: 1, Height: 2, Width: 2}, 1)
	for _, o := range []LoaderOptions{
		{}, {Batch: -1}, {Batch: 2, Depth: -1}, {Batch: 2, Augment: Augment{PadCrop: -1}}, {Batch: 2, Mixup: 2}, {Batch: 7, DropLast: true},
	} {
		if _, err := NewLoader(set.Train, o); err == nil {
			t.Errorf("%+v was accepted", o)
		}
	}
}

// BenchmarkEpoch measures the loader alone, on one core; a training step must not
// have to wait for it.
func BenchmarkEpoch(b *testing.B) {
	plain := Augment{PadCrop: 2, Flip: true}
	all := Augment{Flip: true, CropScale: 0.35, Trivial: true}
	for _, c := range []struct {
		name    string
		form    chw.Shape
		augment Augment
		mixup   float64
	}{
		{"28x28x1", chw.Shape{Channels: 1, Height: 28, Width: 28}, plain, 0},
		{"28x28x1/all", chw.Shape{Channels: 1, Height: 28, Width: 28}, all, 0.2},
		{"32x32x3/all", chw.Shape{Channels: 3, Height: 32, Width: 32}, all, 0.2},
		{"64x64x3", chw.Shape{Channels: 3, Height: 64, Width: 64}, plain, 0},
		{"64x64x3/all", chw.Shape{Channels: 3, Height: 64, Width: 64}, all, 0.2},
	} {
		b.Run(c.name, func(b *testing.B) {
			o := training
			o.Batch, o.Epochs, o.Augment, o.Mixup = 100, 0, c.augment, c.mixup
			benchmarkLoader(b, c.form, o)
		})
	}
}

func benchmarkLoader(b *testing.B, f chw.Shape, o LoaderOptions) {
	im := images{src: &memory{form: f, data: noise(1, 1000*f.Size())}, labels: make([]int64, 1000)}
	for i := range im.labels {
		im.keep = append(im.keep, i)
	}
	s := &Set{Classes: numbered(1), Mean: []float32{0.3, 0.3, 0.3}, Std: []float32{0.3, 0.3, 0.3}}
	l, err := NewLoader(newSplit(im, s), o)
	if err != nil {
		b.Fatal(err)
	}
	l.Start(context.Background(), 0)
	defer l.Close()
	for b.Loop() {
		batch, err := l.Next()
		if err != nil {
			b.Fatal(err)
		}
		batch.Release()
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*o.Batch), "ns/image")
}
