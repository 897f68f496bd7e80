package dataset

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"fbnas/internal/fault"
)

// TestLayouts: how a folder of folders is read. Each entry is a folder
// and the number of pictures directly in it; "link" is a link to a folder.
func TestLayouts(t *testing.T) {
	type link map[string]string
	for _, c := range []struct {
		name    string
		files   map[string]int // folder: pictures
		others  []string       // files that are not pictures
		links   link
		classes string
		// training, validation and test images; -1: a part of the training images
		train, validation, test int
		left                    string // reasons with their counts
		err                     string
	}{
		{name: "classes alone", files: map[string]int{"a": 20, "b": 20}, classes: "a b", train: 40, test: -1},
		{name: "train and test", files: map[string]int{"train/a": 3, "train/b": 4, "test/a": 1, "test/b": 2}, classes: "a b", train: 7, test: 3},
		{name: "in capitals", files: map[string]int{"Train/a": 3, "Train/b": 4, "Test/a": 1, "Test/b": 2}, classes: "a b", train: 7, test: 3},
		{name: "shouting", files: map[string]int{"TRAIN/a": 3, "TRAIN/b": 4, "TEST/a": 1, "TEST/b": 2}, classes: "a b", train: 7, test: 3},
		{name: "training and testing", files: map[string]int{"training/a": 3, "training/b": 4, "testing/a": 1, "testing/b": 2}, classes: "a b", train: 7, test: 3},
		{name: "valid is the test", files: map[string]int{"train/a": 3, "train/b": 4, "valid/a": 1, "valid/b": 1}, classes: "a b", train: 7, test: 2},
		{name: "Validation is the test", files: map[string]int{"Training/a": 3, "Training/b": 4, "Validation/a": 1, "Validation/b": 1}, classes: "a b", train: 7, test: 2},
		{name: "dev is the test", files: map[string]int{"train/a": 3, "train/b": 4, "dev/a": 1, "dev/b": 1}, classes: "a b", train: 7, test: 2},
		{name: "val is the test", files: map[string]int{"train/a": 3, "train/b": 4, "val/a": 1, "val/b": 1}, classes: "a b", train: 7, test: 2},
		{name: "all three", files: map[string]int{"train/a": 3, "train/b": 4, "valid/a": 5, "valid/b": 1, "test/a": 1, "test/b": 2}, classes: "a b", train: 7, validation: 6, test: 3},
		{name: "train alone", files: map[string]int{"train/a": 20, "train/b": 20}, classes: "a b", train: 40, test: -1},
		{name: "a class called train", files: map[string]int{"bus": 20, "car": 20, "train": 20}, classes: "bus car train", train: 60, test: -1},
		{name: "a class called test", files: map[string]int{"flask": 20, "test": 20, "tube/deep": 20}, classes: "flask test tube", train: 60, test: -1},
		{name: "a class called test with folders of its own", files: map[string]int{"flask": 20, "test/blood": 10, "test/urine": 10}, classes: "flask test", train: 40, test: -1},
		{name: "classes called train and test in parts", files: map[string]int{"train/train": 3, "train/test": 4, "test/train": 1, "test/test": 2}, classes: "test train", train: 7, test: 3},
		{name: "classes beside a test folder", files: map[string]int{"a": 3, "b": 4, "test/a": 1, "test/b": 2}, classes: "a b", train: 7, test: 3},
		{name: "a test folder without classes", files: map[string]int{"train/a": 20, "train/b": 20, "test": 5}, classes: "a b", train: 40, test: -1, left: "5 images without class folders, in test/"},
		{name: "a folder without a role", files: map[string]int{"train/a": 3, "train/b": 4, "test/a": 1, "test/b": 2, "extra/a": 9}, classes: "a b", train: 7, test: 3, left: "9 folder without a role beside train/"},
		{name: "images astray", files: map[string]int{"": 1, "train": 2, "train/a": 3, "train/b": 4, "test/a": 1, "test/b": 2}, classes: "a b", train: 7, test: 3,
			left: "1 beside the folders, 2 beside the class folders"},
		{name: "hidden and left behind", files: map[string]int{"a": 20, "b": 20, "a/.ipynb_checkpoints": 3, "__MACOSX/a": 2}, others: []string{"a/.DS_Store", "b/Thumbs.db", "b/._x.png"},
			classes: "a b", train: 40, test: -1, left: "5 hidden, or left by the system"},
		{name: "no pictures by their names", files: map[string]int{"a": 20, "b": 20}, others: []string{"a/x.heic", "a/y.HEIC", "b/list.txt", "b/README", "notes/x.txt"},
			classes: "a b", train: 40, test: -1, left: "2 picture in a format that is not read: .heic, 2 not an image by its name: .txt, 1 not an image by its name: no ending, 1 folder without images"},
		{name: "linked folders", files: map[string]int{"a": 10, "b": 20, "../more": 10}, links: link{"a/more": "../more"}, classes: "a b", train: 40, test: -1},
		{name: "a linked class", files: map[string]int{"a": 20, "../b": 20}, links: link{"b": "../b"}, classes: "a b", train: 40, test: -1},
		{name: "circles", files: map[string]int{"a": 20, "b": 20}, links: link{"a/up": ".", "b/self": "b", "a/nowhere": "gone"}, classes: "a b", train: 40, test: -1,
			left: "1 broken link, 2 folder linked in a cycle"},
		{name: "linked twice", files: map[string]int{"a": 10, "a/deep": 10, "b": 20, "../more": 10}, links: link{"a/deep/x": "../more", "a/deep/y": "../more"}, classes: "a b", train: 50, test: -1, left: "1 folder linked twice"},

		{name: "the same role twice", files: map[string]int{"train/a": 3, "train/b": 4, "test/a": 1, "Testing/a": 1}, err: "have the same role"},
		{name: "images in train", files: map[string]int{"train": 3, "test": 3}, err: "train/ holds images but no class folders"},
		{name: "a train with folders beside classes", files: map[string]int{"train/steam": 3, "train/diesel": 4, "bus": 3}, err: "whether train/ holds classes or is one: bus/ is beside it"},
		{name: "test alone", files: map[string]int{"test/a": 3, "test/b": 4}, err: "it has test/ and no training images"},
		{name: "one class", files: map[string]int{"only": 20}, err: "one class only (only)"},
		{name: "one class in train", files: map[string]int{"train/only": 2, "test/only": 2}, err: "one class only (only)"},
		{name: "images in no folder", files: map[string]int{"": 3}, err: "its 3 images lie directly in it"},
		{name: "images beside an empty folder", files: map[string]int{"": 3}, others: []string{"notes/x.txt"}, err: "its 3 images lie directly in it"},
		{name: "nothing that is read", others: []string{"a/x.heic", "b/y.heic"}, err: "no images that can be read; left out: 2 (picture in a format that is not read: .heic; a/x.heic, b/y.heic)"},
	} {
		t.Run(c.name, func(t *testing.T) {
			dir := filepath.Join(t.TempDir(), "data")
			n := 0
			for folder, count := range c.files {
				for i := range count {
					write(t, dir, fmt.Sprintf("%s/%03d.png", folder, i), newPicture(t, &n))
				}
			}
			for _, name := range c.others {
				write(t, dir, name, []byte("not an image"))
			}
			for name, to := range c.links {
				if err := os.Symlink(filepath.Join(dir, to), filepath.Join(dir, name)); err != nil {
					t.Fatal(err)
				}
			}
			s, err := Open(context.Background(), dir, Options{Height: 4, Width: 4})
			if c.err != "" {
				wantFault(t, err, c.err)
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			sum := s.Summary
			if c.test < 0 {
				c.train, c.test = c.train-sum.Test.Images, sum.Test.Images
			}
			if got := strings.Join(s.Classes, " "); got != c.classes {
				t.Errorf("classes %s, want %s", got, c.classes)
			}
			if sum.Train.Images != c.train || sum.Validation.Images != c.validation || sum.Test.Images != c.test || c.test == 0 ||
				s.Train.Len() != c.train || s.Test.Len() != c.test {
				t.Errorf("%s: want %d, %d and %d images", sum, c.train, c.validation, c.test)
			}
			var left []string
			for _, o := range sum.LeftOut {
				left = append(left, fmt.Sprintf("%d %s", o.Count, o.Reason))
			}
			sameItems(t, left, c.left)
		})
	}
}

// TestDoubts: a warning names what may be meant in another way.
func TestDoubts(t *testing.T) {
	const look, parts = "if those are the classes, call the folders that they are in train/ and test/", "each of the classes "
	for _, c := range []struct {
		name  string
		files map[string]int
		other string
		want  string
	}{
		{"parts without a role", map[string]int{"train_set/a": 20, "train_set/b": 20, "test_set/a": 20, "test_set/b": 20}, "", parts + "test_set, train_set holds the folders a, b: " + look},
		{"one of them with a class less", map[string]int{"seg_train/a": 20, "seg_train/b": 20, "seg_train/c": 20, "seg_test/a": 20, "seg_test/b": 20}, "", parts + "seg_test, seg_train holds the folders a, b: " + look},
		{"a folder around", map[string]int{"photos/a": 20, "photos/b": 20}, "", "its one class is the folder photos/, which holds a, b: if these are"},
		{"classes with folders of their own", map[string]int{"cat/indoors": 20, "cat/siamese": 20, "dog/indoors": 20, "dog/poodle": 20}, "", ""},
		{"classes", map[string]int{"a": 20, "b": 20}, "", ""},
		{"photographs of a telephone", map[string]int{"a": 20, "b": 20}, "a/IMG_1.HEIC", "pictures in formats that fbnas does not read are left out (1 .heic): convert them to JPEG or PNG"},
	} {
		dir := filepath.Join(t.TempDir(), "data")
		n := 0
		for folder, count := range c.files {
			for i := range count {
				write(t, dir, fmt.Sprintf("%s/%03d.png", folder, i), newPicture(t, &n))
			}
		}
		if c.other != "" {
			write(t, dir, c.other, []byte("not read"))
		}
		s, err := Open(context.Background(), dir, Options{Height: 4, Width: 4, Look: true})
		if err != nil {
			t.Fatal(err)
		}
		doubts := slices.DeleteFunc(s.Summary.Warnings, func(w string) bool { return strings.Contains(w, "one class only") })
		if got := strings.Join(doubts, "\n"); !strings.Contains(got, c.want) || (got == "") != (c.want == "") {
			t.Errorf("%s: warnings %q, want %q", c.name, got, c.want)
		}
	}
}

// newPicture is a new picture that equals no earlier one.
func newPicture(t *testing.T, n *int) []byte {
	*n++
	return grey(t, *n-1)
}

// sameItems compares lists of reasons, which may contain commas, in any order.
func sameItems(t *testing.T, got []string, want string) {
	t.Helper()
	rest := want
	for _, item := range got {
		if !strings.Contains(rest, item) {
			t.Errorf("left out %q, want %q", got, want)
			return
		}
		rest = strings.Replace(rest, item, "", 1)
	}
	if strings.Trim(rest, ", ") != "" {
		t.Errorf("left out %q, want %q", got, want)
	}
}

func TestSummarySays(t *testing.T) {
	dir := t.TempDir()
	for i := range 4 {
		write(t, dir, fmt.Sprintf("train/%c/%d.png", 'a'+i%2, i), grey(t, i))
	}
	write(t, dir, "valid/a/9.png", grey(t, 9))
	write(t, dir, "train/a/x.txt", nil)
	s, err := Open(context.Background(), dir, Options{Height: 4, Width: 4})
	if err != nil {
		t.Fatal(err)
	}
	want := "data " + dir + " (folder): 2 classes; 4 training images (train/); 1 test image (valid/, as there is no test/); left out: 1 (not an image by its name: .txt; train/a/x.txt)"
	if got := s.Summary.String(); got != want {
		t.Errorf("%s\nwant %s", got, want)
	}
	if w := s.Summary.Warnings; len(w) != 1 || !strings.Contains(w[0], "no test image of b") {
		t.Errorf("warnings %q", w)
	}
	if c := s.Summary.Classes[0]; c != (ClassSummary{"a", 2, 1}) {
		t.Errorf("class %+v", c)
	}
}

func TestWhole(t *testing.T) {
	for _, c := range []struct {
		folders string
		n       int
	}{{"a b", 6}, {"test/a test/b", 6}, {"train/a train/b valid/a valid/b test/a test/b", 18}, {"a", 3}} {
		dir, n := t.TempDir(), 0
		for _, folder := range strings.Fields(c.folders) {
			for i := range 3 {
				write(t, dir, fmt.Sprintf("%s/%d.png", folder, i), newPicture(t, &n))
			}
		}
		s, err := Open(context.Background(), dir, Options{Height: 4, Width: 4, Channels: 1, Whole: true, Mean: []float32{0}, Std: []float32{1}})
		if err != nil {
			t.Fatal(err)
		}
		seen := map[Content]bool{}
		image := make([]float32, 16)
		for i, k := range s.Test.index {
			seen[s.Test.content[k]] = true
			if _, err := s.Test.Image(i, image); err != nil {
				t.Fatal(err)
			}
		}
		if s.Train.Len() != 0 || s.Test.Len() != c.n || len(seen) != c.n || s.Summary.Test.Images != c.n {
			t.Errorf("%s: %s, %d different images; want all %d", c.folders, s.Summary, len(seen), c.n)
		}
	}
}

// TestPicturesToConvert: where nothing is read, the hint says what could be.
func TestPicturesToConvert(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "data")
	write(t, dir, "a/x.heic", []byte("not read"))
	write(t, dir, "b/y.avif", []byte("not read"))
	_, err := Open(context.Background(), dir, Options{Height: 4, Width: 4})
	if hint := fault.HintOf(err); !strings.Contains(hint, "fbnas reads JPEG, PNG, WebP,") || !strings.Contains(hint, "mogrify") {
		t.Errorf("%v (hint %q)", err, hint)
	}
}

// TestLookSaysWhatATrainingRefuses, which the same folder then does.
func TestLookSaysWhatATrainingRefuses(t *testing.T) {
	n := 0
	for name, c := range map[string]struct {
		files map[string]int
		other string
		want  string
	}{
		"one class":   {map[string]int{"a": 20}, "", "it has images of one class only (a): a training refuses this data set"},
		"damaged":     {map[string]int{"a": 20, "b": 20}, "a/x.png", "skipping 1 of 41 images that cannot be read, and a training refuses more than 1 %:"},
		"nothing bad": {map[string]int{"a": 20, "b": 20}, "", ""},
	} {
		dir := filepath.Join(t.TempDir(), "data")
		for folder, count := range c.files {
			for i := range count {
				write(t, dir, fmt.Sprintf("%s/%03d.png", folder, i), newPicture(t, &n))
			}
		}
		if c.other != "" {
			write(t, dir, c.other, []byte("not an image"))
		}
		s, err := Open(context.Background(), dir, Options{Height: 4, Width: 4, Look: true, MaxCorrupt: new(1.0)})
		if err != nil {
			t.Fatal(err)
		}
		if got := strings.Join(s.Summary.Warnings, "\n"); !strings.Contains(got, c.want) || (got == "") != (c.want == "") {
			t.Errorf("%s: warnings %q, want %q", name, got, c.want)
		}
		if _, err := Open(context.Background(), dir, Options{Height: 4, Width: 4}); (err != nil) != (c.want != "") {
			t.Errorf("%s: a training says %v", name, err)
		}
	}
}
