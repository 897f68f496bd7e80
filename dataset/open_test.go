package dataset

import (
	"bytes"
	"context"
	"fmt"
	"image/color"
	"log/slog"
	"math"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"fbnas/dataset/picture"
	"fbnas/internal/chw"
	"fbnas/internal/fault"
	"fbnas/internal/setup"
)

// idxSet writes an IDX set of n training images of 3×2 and half as many test
// images, with labels i mod 4.
func idxSet(t *testing.T, dir string, n int, zip bool) {
	t.Helper()
	put := func(name string, data []byte) {
		if zip {
			name, data = name+".gz", zipped(t, data)
		}
		write(t, dir, name, data)
	}
	for part, n := range map[string]int{"train": n, "t10k": n / 2} {
		labels := make([]byte, n)
		for i := range labels {
			labels[i] = byte(i % 4)
		}
		put(part+"-images-idx3-ubyte", idxBytes(3, []uint32{uint32(n), 3, 2}, noise(1, n*6)))
		put(part+"-labels-idx1-ubyte", idxBytes(1, []uint32{uint32(n)}, labels))
	}
}

func TestOpenIDX(t *testing.T) {
	for _, zip := range []bool{false, true} {
		dir := t.TempDir()
		idxSet(t, dir, 20, zip)
		s, err := Open(context.Background(), dir, Options{})
		if err != nil {
			t.Fatal(err)
		}
		if s.Train.Len() != 20 || s.Test.Len() != 10 || s.Train.Shape().String() != "3x3x2" || s.Train.Label(6) != 2 {
			t.Errorf("%d and %d images of %v, label %d", s.Train.Len(), s.Test.Len(), s.Train.Shape(), s.Train.Label(6))
		}
		if want := []string{"0", "1", "2", "3"}; !reflect.DeepEqual(s.Classes, want) {
			t.Errorf("classes %v, want %v", s.Classes, want)
		}
	}
}

// TestGivenNormalisation: a trained network needs its own means and deviations,
// whatever data it gets.
func TestGivenNormalisation(t *testing.T) {
	dir := t.TempDir()
	idxSet(t, dir, 20, false)
	image := func(o Options) []float32 {
		o.Channels = 1
		s, err := Open(context.Background(), dir, o)
		if err != nil {
			t.Fatal(err)
		}
		if o.Mean != nil && !reflect.DeepEqual(s.Preprocessing(), Preprocessing{chw.Shape{Channels: 1, Height: 3, Width: 2}, o.Mean, o.Std, picture.Definition}) {
			t.Errorf("preprocessing %+v", s.Preprocessing())
		}
		dst := make([]float32, 6)
		if _, err := s.Test.Image(0, dst); err != nil {
			t.Fatal(err)
		}
		return dst
	}
	plain := image(Options{Mean: []float32{0}, Std: []float32{1}})
	shifted := image(Options{Mean: []float32{0.5}, Std: []float32{2}})
	for i, v := range shifted {
		if want := (plain[i] - 0.5) / 2; math.Abs(float64(v-want)) > 1e-6 {
			t.Errorf("pixel %d is %g, want %g", i, v, want)
		}
	}
	for _, o := range []Options{
		{Mean: []float32{0}, Std: []float32{1}},
		{Channels: 1, Mean: []float32{0}},
		{Channels: 1, Mean: []float32{0}, Std: []float32{0}},
	} {
		if _, err := Open(context.Background(), dir, o); fault.CodeOf(err) != fault.Usage {
			t.Errorf("%+v: %v", o, err)
		}
	}
}

func TestOpenWithoutTestImages(t *testing.T) {
	dir := t.TempDir()
	idxSet(t, dir, 20, false)
	for _, name := range []string{"t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte"} {
		if err := os.Remove(filepath.Join(dir, name)); err != nil {
			t.Fatal(err)
		}
	}
	var tests [2][]int
	for i := range tests {
		s, err := Open(context.Background(), dir, Options{Seed: uint64(i), Height: 6, Width: 4, Channels: 1})
		if err != nil {
			t.Fatal(err)
		}
		if s.Train.Len()+s.Test.Len() != 20 || s.Train.Shape().String() != "1x6x4" {
			t.Errorf("%d and %d images of %v", s.Train.Len(), s.Test.Len(), s.Train.Shape())
		}
		tests[i] = s.Test.index
	}
	if reflect.DeepEqual(tests[0], tests[1]) {
		t.Error("another seed gave the same split")
	}
}

func TestDamagedIDX(t *testing.T) {
	images := func(n uint32, data int) []byte { return idxBytes(3, []uint32{n, 3, 2}, make([]byte, data)) }
	for _, c := range []struct {
		name string
		file string
		data []byte
		want string
	}{
		{"cut short", "train-images-idx3-ubyte", images(20, 119), "119 of 120 bytes"},
		{"too long", "train-images-idx3-ubyte", images(20, 121), "more than the 120 bytes"},
		{"cut in the header", "train-images-idx3-ubyte", images(20, 0)[:9], "header: unexpected EOF"},
		{"no images", "t10k-images-idx3-ubyte", images(0, 0), "dimension 0"},
		{"a promise of 2 GB × 2 GB", "t10k-images-idx3-ubyte", idxBytes(3, []uint32{1 << 31, 1 << 31, 1}, nil), "out of range"},
		{"labels as images", "train-images-idx3-ubyte", idxBytes(1, []uint32{20}, make([]byte, 20)), "it starts with 00 00 08 01"},
		{"foreign", "train-images-idx3-ubyte", []byte("<html>not found, sorry</html>"), "it starts with 3c 68"},
		{"gzip cut short", "train-images-idx3-ubyte", zipped(t, images(20, 120))[:30], "EOF"},
		{"labels for other images", "train-labels-idx1-ubyte", idxBytes(1, []uint32{3}, []byte{0, 1, 2}), "3 labels for 20 images"},
		{"a new class in the test", "t10k-labels-idx1-ubyte", idxBytes(1, []uint32{10}, []byte{0, 1, 9, 0, 0, 0, 0, 0, 0, 0}), "label 9 of image 2"},
		{"another size in the test", "t10k-images-idx3-ubyte", idxBytes(3, []uint32{10, 2, 2}, make([]byte, 40)), "test images 2×2"},
	} {
		t.Run(c.name, func(t *testing.T) {
			dir := t.TempDir()
			idxSet(t, dir, 20, false)
			write(t, dir, c.file, c.data)
			_, err := Open(context.Background(), dir, Options{})
			wantFault(t, err, dir, c.want)
			if !strings.Contains(c.want, "test images") && !strings.Contains(err.Error(), c.file) {
				t.Errorf("error %q does not name %s", err, c.file)
			}
		})
	}
}

func TestOpenCIFAR(t *testing.T) {
	record := func(label byte, seed uint64) []byte { return append([]byte{label}, noise(seed, 3072)...) }
	dir := t.TempDir()
	write(t, dir, "cifar-10-batches-bin/data_batch_1.bin", append(record(3, 1), record(9, 2)...))
	write(t, dir, "cifar-10-batches-bin/data_batch_2.bin", record(0, 3))
	write(t, dir, "cifar-10-batches-bin/test_batch.bin", record(1, 4))
	s, err := Open(context.Background(), dir, Options{})
	if err != nil {
		t.Fatal(err)
	}
	if s.Train.Len() != 3 || s.Test.Len() != 1 || s.Train.Shape().String() != "3x32x32" || s.Classes[s.Train.Label(1)] != "truck" {
		t.Errorf("%d and %d images of %v, second label %d", s.Train.Len(), s.Test.Len(), s.Train.Shape(), s.Train.Label(1))
	}
	got := make([]uint8, 3072)
	if err := s.Train.src.pixels(2, got); err != nil || !bytes.Equal(got, noise(3, 3072)) {
		t.Errorf("the third image is not the second file's (%v)", err)
	}
	grey, err := Open(context.Background(), dir, Options{Channels: 1})
	if err != nil {
		t.Fatal(err)
	}
	if err := grey.Train.src.pixels(2, got[:1024]); err != nil {
		t.Fatal(err)
	}
	want := noise(3, 3072)
	for i := range 1024 {
		l := 0.299*float64(want[i]) + 0.587*float64(want[i+1024]) + 0.114*float64(want[i+2048])
		if math.Abs(float64(got[i])-l) > 1 {
			t.Fatalf("grey pixel %d is %d, want %.1f", i, got[i], l)
		}
	}
	for name, data := range map[string][]byte{
		"record 1": append(record(3, 1), record(9, 2)[:3000]...), "label 10": record(10, 1), "record 0": nil,
	} {
		write(t, dir, "cifar-10-batches-bin/data_batch_2.bin", data)
		_, err := Open(context.Background(), dir, Options{})
		wantFault(t, err, "data_batch_2.bin", name)
	}
}

// photos writes n images of each of two classes of one colour each.
func photos(t *testing.T, dir string, n int) {
	t.Helper()
	for i := range n {
		write(t, dir, fmt.Sprintf("red/%02d.jpg", i), pictureFile(t, "jpeg", 20+i, 30, color.RGBA{200, 0, 0, 255}))
		write(t, dir, fmt.Sprintf("blue/deep/%02d.PNG", i), pictureFile(t, "png", 30, 20+i, color.RGBA{0, 0, 200, 255}))
	}
}

func TestOpenFolder(t *testing.T) {
	dir := t.TempDir()
	photos(t, dir, 10)
	write(t, dir, "notes.txt", []byte("not an image"))
	write(t, dir, "red/Thumbs.db", []byte("not an image"))
	write(t, dir, "empty/readme.md", []byte("no class: it has no image"))
	write(t, dir, ".cache/x.png", []byte("hidden"))
	for name, memory := range map[string]int64{"kept in memory": 0, "decoded each time": 1} {
		s, err := Open(context.Background(), dir, Options{Height: 8, Width: 6, MemoryBytes: memory})
		if err != nil {
			t.Fatal(err)
		}
		if s.Train.src.inMemory() != (memory == 0) {
			t.Errorf("%s: in memory is %v", name, s.Train.src.inMemory())
		}
		if want := []string{"blue", "red"}; !reflect.DeepEqual(s.Classes, want) || s.Train.Len() != 15 || s.Test.Len() != 5 {
			t.Fatalf("%s: classes %v, %d and %d images", name, s.Classes, s.Train.Len(), s.Test.Len())
		}
		raw := make([]uint8, 3*8*6)
		for i := range s.Train.Len() {
			if err := s.Train.src.pixels(s.Train.index[i], raw); err != nil {
				t.Fatal(err)
			}
			r, b := float64(raw[0]), float64(raw[2*48+47])
			if want := 200 * float64(s.Train.Label(i)); math.Abs(r-want) > 4 || math.Abs(b-(200-want)) > 4 {
				t.Errorf("%s: image %d of %s is (%g, …, %g)", name, i, s.Classes[s.Train.Label(i)], r, b)
			}
		}
	}
}

func TestFolderWithItsOwnTestImages(t *testing.T) {
	for _, part := range []string{"test", "val"} {
		dir := t.TempDir()
		photos(t, filepath.Join(dir, "train"), 3)
		write(t, dir, part+"/red/a.png", pictureFile(t, "png", 9, 9, color.White))
		s, err := Open(context.Background(), dir, Options{Height: 4, Width: 4})
		if err != nil {
			t.Fatal(err)
		}
		if s.Train.Len() != 6 || s.Test.Len() != 1 || s.Classes[s.Test.Label(0)] != "red" {
			t.Errorf("%s: %d and %d images", part, s.Train.Len(), s.Test.Len())
		}
		write(t, dir, part+"/green/a.png", pictureFile(t, "png", 9, 9, color.White))
		_, err = Open(context.Background(), dir, Options{Height: 4, Width: 4})
		wantFault(t, err, "class green")
	}
}

func TestCorruptFiles(t *testing.T) {
	dir := t.TempDir()
	photos(t, dir, 20)
	whole := pictureFile(t, "jpeg", 30, 30, color.White)
	write(t, dir, "red/03.jpg", whole[:len(whole)-20])
	write(t, dir, "blue/deep/07.PNG", nil)
	write(t, dir, "red/09.jpg", pictureFile(t, "png", 30, 30, color.White)) // a valid file with another format's name

	var log bytes.Buffer
	o := Options{Height: 8, Width: 8, MaxCorrupt: new(0.06), Log: slog.New(slog.NewTextHandler(&log, nil))}
	s, err := Open(context.Background(), dir, o)
	if err != nil {
		t.Fatal(err)
	}
	want := []string{filepath.Join(dir, "blue/deep/07.PNG"), filepath.Join(dir, "red/03.jpg")}
	if !reflect.DeepEqual(s.Skipped, want) || s.Train.Len()+s.Test.Len() != 38 {
		t.Errorf("skipped %v, %d and %d images left", s.Skipped, s.Train.Len(), s.Test.Len())
	}
	for _, w := range append(want, "2 of 40") {
		if !strings.Contains(log.String(), w) {
			t.Errorf("the log %q lacks %q", log.String(), w)
		}
	}
	for _, limit := range []*float64{new(0.04), nil, new(0.0)} {
		o.MaxCorrupt = limit
		_, err = Open(context.Background(), dir, o)
		wantFault(t, err, want[0], want[1], "2 of 40")
	}
	for i := range 19 {
		write(t, dir, fmt.Sprintf("red/%02d.jpg", i), []byte("?"))
	}
	_, err = Open(context.Background(), dir, o)
	wantFault(t, err, "20 of 40")
	if n := strings.Count(err.Error(), dir+"/"); n != 10 {
		t.Errorf("%d files are listed, want the first ten", n)
	}
}

func TestWhatIsNoDataSet(t *testing.T) {
	empty, both := t.TempDir(), t.TempDir()
	photos(t, both, 2)
	size := Options{Height: 4, Width: 4}
	for _, c := range []struct {
		name, dir string
		o         Options
		want      string
		code      fault.Code
	}{
		{"nothing there", filepath.Join(empty, "x"), size, "no such folder", fault.Usage},
		{"an empty folder", empty, size, "CIFAR-10: data_batch_1.bin", fault.Usage},
		{"no size", both, Options{}, "need a height and a width", fault.Usage},
		{"one side", both, Options{Height: 3}, "both sides", fault.Usage},
		{"two channels", both, Options{Channels: 2}, "1 or 3 channels", fault.Usage},
	} {
		_, err := Open(context.Background(), c.dir, c.o)
		if err == nil || !strings.Contains(err.Error(), c.want) || fault.CodeOf(err) != c.code {
			t.Errorf("%s: error %v (%s), want %q (%s)", c.name, err, fault.CodeOf(err), c.want, c.code)
		}
	}
	single := t.TempDir()
	write(t, single, "only/a.png", pictureFile(t, "png", 4, 4, color.White))
	_, err := Open(context.Background(), single, size)
	wantFault(t, err, "one class only (only)")
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := Open(ctx, both, size); fault.CodeOf(err) != fault.Interrupted {
		t.Errorf("cancelled: %v", err)
	}
}

func TestFashionMNIST(t *testing.T) {
	if _, err := setup.FashionMNIST(); err != nil {
		t.Skip(err)
	}
	s, err := Open(context.Background(), "fashion-mnist", Options{Channels: 1})
	if err != nil {
		t.Fatal(err)
	}
	if s.Train.Len() != 60000 || s.Test.Len() != 10000 || s.Train.Shape().String() != "1x28x28" || len(s.Classes) != 10 {
		t.Errorf("%d and %d images of %v", s.Train.Len(), s.Test.Len(), s.Train.Shape())
	}
	// The figures that are published with the set.
	if math.Abs(float64(s.Mean[0])-0.2860) > 5e-5 || math.Abs(float64(s.Std[0])-0.3530) > 5e-5 {
		t.Errorf("mean %.4f and deviation %.4f, want 0.2860 and 0.3530", s.Mean[0], s.Std[0])
	}
	counts := make([]int, 10)
	for i := range s.Test.Len() {
		counts[s.Test.Label(i)]++
	}
	for c, n := range counts {
		if n != 1000 {
			t.Errorf("%d test images of %s, want 1000", n, s.Classes[c])
		}
	}
}
