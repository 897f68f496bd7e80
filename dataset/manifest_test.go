package dataset

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
)

// opened is the set of classed in a folder, with given mean and deviation:
// otherwise every change of an image would change them, too.
func opened(t *testing.T, dir string, o Options) *Set {
	t.Helper()
	if o.Height == 0 {
		o.Height, o.Width = 8, 8
	}
	if o.Mean == nil {
		o.Mean, o.Std = []float32{0, 0, 0}, []float32{1, 1, 1}
	}
	s, err := Open(context.Background(), dir, o)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestManifestIsReadAsItWasWritten(t *testing.T) {
	dir := t.TempDir()
	classed(t, dir)
	s := opened(t, dir, Options{})
	path := filepath.Join(t.TempDir(), "data.json")
	want := s.Manifest()
	if err := want.Write(path); err != nil {
		t.Fatal(err)
	}
	got, err := ReadManifest(path)
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Fatalf("%v\n%+v\nwant %+v", err, got, want)
	}
	if len(got.Images) != 60 || len(got.Digest) != 64 || got.Digest != s.Summary.Digest {
		t.Errorf("%d images, digest %s, the summary's %s", len(got.Images), got.Digest, s.Summary.Digest)
	}
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ name, was, is, want string }{
		{"another schema", manifestSchema, "fbnas.data/9", "its schema is"},
		{"a class that is not there", "train 0 ", "train 7 ", "of class 7, there are 3"},
		{"another side", "test 0 ", "train 0 ", "does not match its SHA-256"},
		{"no side", "train 0 ", "both 0 ", "not an image of a manifest"},
		{"a number that is none", "train 0 ", "train zero ", "class of"},
		{"more behind", "\n}\n", "\n}{}", "follows"},
		{"cut", "\n}\n", "", "EOF"},
	} {
		changed := strings.Replace(string(text), c.was, c.is, 1)
		write(t, filepath.Dir(path), "data.json", []byte(changed))
		_, err := ReadManifest(path)
		if changed == string(text) {
			t.Fatalf("%s: nothing was changed", c.name)
		}
		wantFault(t, err, "data.json", c.want)
	}
}

// TestDifference: new, missing and changed images are named; digests differ exactly
// if a network would have learned something else.
func TestDifference(t *testing.T) {
	for _, c := range []struct {
		name   string
		change func(dir string)
		o      Options
		want   string
		same   bool // digest
	}{
		{"nothing", func(string) {}, Options{}, "", true},
		{"a file more", func(dir string) { write(t, dir, "a/new.png", grey(t, 99)) }, Options{}, "a/new.png is new", false},
		{"a file fewer", func(dir string) { remove(t, dir, "b/25.png") }, Options{}, "b/25.png is gone", false},
		{"two files fewer", func(dir string) { remove(t, dir, "b/25.png"); remove(t, dir, "b/26.png") }, Options{}, "(and 1 more)", false},
		{"another content", func(dir string) { write(t, dir, "a/00.png", sameSide(t, 0)) }, Options{}, "a/00.png changed", false},
		{"another class", func(dir string) { remove(t, dir, "a/00.png"); write(t, dir, "b/00.png", grey(t, 0)) }, Options{}, "b/00.png is new", false},
		{"another name", func(dir string) { remove(t, dir, "a/00.png"); write(t, dir, "a/zz.png", grey(t, 0)) }, Options{}, "a/zz.png is new", true},
		{"a class more", func(dir string) { write(t, dir, "d/00.png", grey(t, 98)) }, Options{}, "the classes are a, b, c, d, they were a, b, c", false},
		{"another size", func(string) {}, Options{Height: 9, Width: 9}, "images are resized to 3x9x9, they were resized to 3x8x8", false},
		{"another normalisation", func(string) {}, Options{Mean: []float32{1, 0, 0}, Std: []float32{1, 1, 1}}, "images are normalised by the mean [1 0 0] and the deviation [1 1 1], they were by [0 0 0] and [1 1 1]", false},
		{"another split", func(string) {}, Options{Seed: 5}, " is new", false},
	} {
		dir := t.TempDir()
		classed(t, dir)
		was := opened(t, dir, Options{}).Manifest()
		c.change(dir)
		now := opened(t, dir, c.o).Manifest()
		got := was.Difference(now)
		if !strings.Contains(got, c.want) || (got == "") != (c.want == "") {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
		if same := was.Digest == now.Digest; same != c.same {
			t.Errorf("%s: the same digest: %v, want %v", c.name, same, c.same)
		}
		was.Images = nil
		if got := was.Difference(now); (got == "") != (was.Digest == now.Digest) && !strings.HasPrefix(got, "the classes") {
			t.Errorf("%s without a list: %q", c.name, got)
		}
	}
}

// sameSide is a picture other than number n, on the same side of the split.
func sameSide(t *testing.T, n int) []byte {
	t.Helper()
	side := func(n int) bool {
		dir := t.TempDir()
		write(t, dir, "x", grey(t, n))
		c, err := fileContent(filepath.Join(dir, "x"))
		if err != nil {
			t.Fatal(err)
		}
		return c.isTest(0.2, 0)
	}
	for other := 100; ; other++ {
		if side(other) == side(n) {
			return grey(t, other)
		}
	}
}

// TestTrained counts the images of another set that a network was trained on.
func TestTrained(t *testing.T) {
	dir, other := t.TempDir(), t.TempDir()
	classed(t, dir)
	was := opened(t, dir, Options{})
	for name, n := range map[string]int{"a/new.png": 90, "b/new.png": 91} {
		write(t, other, name, grey(t, n))
	}
	learned, tested := 0, 0
	for n := range 5 {
		write(t, other, fmt.Sprintf("a/copy%d.png", n), grey(t, n))
	}
	for _, l := range was.Manifest().Images {
		if l.Class == 0 && strings.HasPrefix(l.Name, "a/0") && l.Name < "a/05" {
			if l.Test {
				tested++
			} else {
				learned++
			}
		}
	}
	all := opened(t, other, Options{Whole: true})
	if got := was.Manifest().Trained(all.Test); len(got) != learned || learned+tested != 5 || all.Test.Len() != 7 {
		t.Errorf("%v of %d images were learned, want %d", got, all.Test.Len(), learned)
	}
}

func FuzzManifest(f *testing.F) {
	m := Manifest{Schema: manifestSchema, Classes: []string{"a", "b"}, Images: []Listed{{false, 1, 7, "a/b c.png"}, {true, 0, 1 << 63, ""}}}
	m.Digest = m.digest()
	text, err := json.Marshal(m)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(text)
	f.Add(text[:len(text)/2])
	f.Add([]byte(`{"schema":"fbnas.data/1","images":["train 0 0000000000000000 x"]}`))
	f.Add([]byte(`{"schema":"fbnas.data/1","classes":["a"],"images":["train -1 0000000000000000 x"]}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		m, err := parseManifest(text)
		if err != nil {
			return
		}
		again, err := json.Marshal(m)
		if err != nil {
			t.Fatal(err)
		}
		if same, err := parseManifest(again); err != nil || m.Difference(same) != "" {
			t.Fatalf("%v: %s", err, m.Difference(same))
		}
	})
}
