package dataset

import (
	"bytes"
	"context"
	"fmt"
	"image/color"
	"log/slog"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// grey is a different picture for every number.
func grey(t *testing.T, n int) []byte {
	t.Helper()
	return pictureFile(t, "png", 8+n, 8, color.Gray{uint8(n)})
}

// classed writes 20 pictures of each of the classes a, b and c.
func classed(t *testing.T, dir string) {
	t.Helper()
	for i := range 60 {
		write(t, dir, fmt.Sprintf("%c/%02d.png", 'a'+i/20, i), grey(t, i))
	}
}

// sides says for each content whether it is a test image.
func sides(t *testing.T, dir string, o Options) map[Content]bool {
	t.Helper()
	o.Height, o.Width = 8, 8
	s, err := Open(context.Background(), dir, o)
	if err != nil {
		t.Fatal(err)
	}
	on := map[Content]bool{}
	for test, split := range map[bool]*Split{false: s.Train, true: s.Test} {
		for _, k := range split.index {
			if was, met := on[split.content[k]]; met && was != test {
				t.Errorf("%s is on both sides", split.src.name(k))
			}
			on[split.content[k]] = test
		}
	}
	return on
}

// TestSideOfAFile: the side of a file depends on that file alone. Whatever happens
// to others, and whatever it is called, no test image becomes a training image.
func TestSideOfAFile(t *testing.T) {
	dir := t.TempDir()
	classed(t, dir)
	before := sides(t, dir, Options{})
	tests := 0
	for _, test := range before {
		if test {
			tests++
		}
	}
	if tests < 5 || tests > 20 {
		t.Fatalf("%d of 60 images are test images, want about 12", tests)
	}
	for name, change := range map[string]func(dir string){
		"a file more":        func(dir string) { write(t, dir, "a/0.png", grey(t, 99)) },
		"a file fewer":       func(dir string) { remove(t, dir, "a/03.png") },
		"a damaged file":     func(dir string) { write(t, dir, "b/25.png", []byte("?")) },
		"a renamed file":     func(dir string) { remove(t, dir, "a/03.png"); write(t, dir, "a/zz.png", grey(t, 3)) },
		"a file twice":       func(dir string) { write(t, dir, "c/copy of 50.png", grey(t, 50)) },
		"a file elsewhere":   func(dir string) { remove(t, dir, "a/03.png"); write(t, dir, "c/03.png", grey(t, 3)) },
		"a class more":       func(dir string) { write(t, dir, "0/0.png", grey(t, 98)); write(t, dir, "0/1.png", grey(t, 97)) },
		"the others removed": func(dir string) { remove(t, dir, "c") },
	} {
		dir := t.TempDir()
		classed(t, dir)
		change(dir)
		for content, test := range sides(t, dir, Options{MaxCorrupt: new(0.1)}) {
			if was, known := before[content]; known && was != test {
				t.Errorf("%s: an image changed its side", name)
			}
		}
	}
	if other := sides(t, dir, Options{Seed: 7}); maps.Equal(before, other) {
		t.Error("another seed gave the same sides")
	}
}

// TestSideOfAnIDXImage: images that share a file are distinguished by their bytes,
// whatever size they are scaled to.
func TestSideOfAnIDXImage(t *testing.T) {
	split := func(from, n int, o Options) map[Content]bool {
		dir, labels := t.TempDir(), make([]byte, n)
		for i := range labels {
			labels[i] = byte((from + i) % 2)
		}
		write(t, dir, "train-images-idx3-ubyte", idxBytes(3, []uint32{uint32(n), 3, 2}, noise(1, 600)[6*from:][:6*n]))
		write(t, dir, "train-labels-idx1-ubyte", idxBytes(1, []uint32{uint32(n)}, labels))
		o.Channels = 1
		s, err := Open(context.Background(), dir, o)
		if err != nil {
			t.Fatal(err)
		}
		on := map[Content]bool{}
		for _, k := range s.Test.index {
			on[s.Test.content[k]] = true
		}
		for _, k := range s.Train.index {
			on[s.Train.content[k]] = false
		}
		return on
	}
	whole := split(0, 100, Options{})
	for content, test := range split(10, 80, Options{Height: 9, Width: 9}) {
		if whole[content] != test {
			t.Fatal("an image changed its side with its place in the file")
		}
	}
}

func TestSameBytesInTrainAndTest(t *testing.T) {
	dir := t.TempDir()
	for i := range 4 {
		write(t, dir, fmt.Sprintf("train/%c/%d.png", 'a'+i%2, i), grey(t, i))
		write(t, dir, fmt.Sprintf("test/%c/%d.png", 'a'+i%2, 10+i), grey(t, 10+i))
	}
	warned := func() string {
		var log bytes.Buffer
		o := Options{Height: 8, Width: 8, Log: slog.New(slog.NewTextHandler(&log, nil))}
		if _, err := Open(context.Background(), dir, o); err != nil {
			t.Fatal(err)
		}
		return log.String()
	}
	if got := warned(); got != "" {
		t.Errorf("a clean set warns: %s", got)
	}
	write(t, dir, "test/a/again.png", grey(t, 2))
	write(t, dir, "test/b/other class.png", grey(t, 0))
	if got := warned(); !strings.Contains(got, "2 of 6 test images are also training images") ||
		!strings.Contains(got, "again.png") || !strings.Contains(got, "other class.png") {
		t.Errorf("warned %q", got)
	}
}

// TestEmptySides: a warning names a class without test images; a set without any is
// refused with what to do.
func TestEmptySides(t *testing.T) {
	isTest := func(n int) bool {
		path := filepath.Join(t.TempDir(), "x")
		if err := os.WriteFile(path, grey(t, n), 0o644); err != nil {
			t.Fatal(err)
		}
		c, err := fileContent(path)
		if err != nil {
			t.Fatal(err)
		}
		return c.isTest(0.2, 0)
	}
	var trains, tests []int
	for n := 0; len(trains) < 3 || len(tests) < 3; n++ {
		if isTest(n) {
			tests = append(tests, n)
		} else {
			trains = append(trains, n)
		}
	}
	for _, c := range []struct {
		name string
		a, b []int // pictures of the two classes
		err  string
		warn string
	}{
		{"both sides", []int{trains[0], tests[0]}, []int{trains[1], tests[1]}, "", ""},
		{"a class without test images", []int{trains[0], tests[0]}, []int{trains[1]}, "", "no test image of b: accuracy"},
		{"a class without training images", []int{trains[0]}, []int{tests[1]}, "", "no training image of b: the network"},
		{"no test images", trains[:1], trains[1:2], "none of its 2 images is assigned to the test set", ""},
		{"no training images", tests[:1], tests[1:2], "no training images", ""},
	} {
		dir := t.TempDir()
		for class, numbers := range map[string][]int{"a": c.a, "b": c.b} {
			for _, n := range numbers {
				write(t, dir, fmt.Sprintf("%s/%d.png", class, n), grey(t, n))
			}
		}
		var log bytes.Buffer
		_, err := Open(context.Background(), dir, Options{Height: 8, Width: 8, Log: slog.New(slog.NewTextHandler(&log, nil))})
		if c.err != "" {
			wantFault(t, err, c.err)
		} else if err != nil {
			t.Errorf("%s: %v", c.name, err)
		}
		if (c.warn == "") != (log.Len() == 0 || c.err != "") || !strings.Contains(log.String(), c.warn) {
			t.Errorf("%s: warned %q, want %q", c.name, log.String(), c.warn)
		}
	}
}

// TestPartitionKeepsEqualImagesTogether: a search never evaluates its choices
// on a copy of an image that the weights were trained on.
func TestPartitionKeepsEqualImagesTogether(t *testing.T) {
	dir := t.TempDir()
	for i := range 40 {
		write(t, dir, fmt.Sprintf("train/%c/%02d.png", 'a'+i%2, i), grey(t, i%20/2))
	}
	write(t, dir, "test/a/x.png", grey(t, 99))
	s, err := Open(context.Background(), dir, Options{Height: 8, Width: 8})
	if err != nil {
		t.Fatal(err)
	}
	for seed := range uint64(20) {
		a, b := s.Train.Partition(0.3, seed)
		if both := a.alsoIn(b); len(both) > 0 || a.Len()+b.Len() != 40 {
			t.Fatalf("seed %d: %d and %d images, on both sides %v", seed, a.Len(), b.Len(), both)
		}
	}
}

func remove(t *testing.T, dir, name string) {
	t.Helper()
	if err := os.RemoveAll(filepath.Join(dir, name)); err != nil {
		t.Fatal(err)
	}
}
