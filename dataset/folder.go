package dataset

import (
	"cmp"
	"context"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"fbnas/dataset/picture"
	"fbnas/internal/fault"
)

// testFolders are the names of the folder with test images, first come first
// taken, beside train/.
var testFolders = []string{"test", "val"}

// class is a folder of images of one class.
type class struct {
	name  string
	paths []string
}

func isFolder(dir string) bool {
	classes, err := listClasses(root(dir))
	return err == nil && len(classes) > 0
}

// root is where the training images' classes are.
func root(dir string) string {
	if train := filepath.Join(dir, "train"); isDir(train) {
		return train
	}
	return dir
}

func isDir(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.IsDir()
}

func openFolder(ctx context.Context, dir string, o Options) (raw, error) {
	if o.Height == 0 {
		return raw{}, fault.New(fault.Usage, "", "images in folders need a height and width to be brought to")
	}
	train, err := listClasses(root(dir))
	if err != nil {
		return raw{}, err
	}
	var r raw
	for _, c := range train {
		r.classes = append(r.classes, c.name)
	}
	if r.train, r.skipped, err = openClasses(ctx, train, r.classes, o); err != nil {
		return raw{}, err
	}
	if root(dir) == dir {
		return r, nil
	}
	for _, name := range testFolders {
		path := filepath.Join(dir, name)
		if !isDir(path) {
			continue
		}
		test, err := listClasses(path)
		if err != nil {
			return raw{}, err
		}
		var skipped []string
		r.test, skipped, err = openClasses(ctx, test, r.classes, o)
		r.skipped = append(r.skipped, skipped...)
		return r, err
	}
	return r, nil
}

// listClasses lists the classes in dir, sorted by name, each with its JPEG and
// PNG files at any depth, sorted by path. Folders without images are no class.
func listClasses(dir string) ([]class, error) {
	entries, err := os.ReadDir(dir) // sorted by name
	if err != nil {
		return nil, err
	}
	var classes []class
	for _, e := range entries {
		path, err := filepath.EvalSymlinks(filepath.Join(dir, e.Name()))
		if err != nil || strings.HasPrefix(e.Name(), ".") || !isDir(path) {
			continue
		}
		c := class{name: e.Name()}
		err = filepath.WalkDir(path, func(p string, d fs.DirEntry, err error) error {
			if err == nil && !d.IsDir() && isImage(d.Name()) {
				c.paths = append(c.paths, p)
			}
			return err
		})
		if err != nil {
			return nil, fmt.Errorf("list the images of class %s: %w", c.name, err)
		}
		if len(c.paths) > 0 {
			classes = append(classes, c)
		}
	}
	return classes, nil
}

func (f *files) name(i int) string { return f.paths[i] }

func isImage(name string) bool {
	return picture.Extensions[strings.ToLower(filepath.Ext(name))] && !strings.HasPrefix(name, ".")
}

// openClasses decodes every file once, so that a corrupt one is known before
// the training begins, and keeps the good ones.
func openClasses(ctx context.Context, classes []class, names []string, o Options) (im images, skipped []string, err error) {
	src := &files{form: shape{o.Channels, o.Height, o.Width}}
	for _, c := range classes {
		label, known := slices.BinarySearch(names, c.name)
		if !known {
			return im, nil, fault.New(fault.Failure, "Give both parts the same classes.",
				"class %s has test images and no training images", c.name)
		}
		for _, p := range c.paths {
			src.paths, im.labels = append(src.paths, p), append(im.labels, int64(label))
		}
	}
	im.src = src
	bad, err := src.decodeAll(ctx, o.MemoryBytes)
	if err != nil {
		return im, nil, err
	}
	var unread []error
	im.content, unread = fileContents(ctx, src.paths)
	for i, err := range unread {
		bad[i] = cmp.Or(bad[i], err)
	}
	var problems []string
	for i, b := range bad {
		if b == nil {
			im.keep = append(im.keep, i)
			continue
		}
		skipped, problems = append(skipped, src.paths[i]), append(problems, b.Error())
	}
	if len(problems) == 0 {
		return im, nil, nil
	}
	shown := strings.Join(problems[:min(len(problems), 10)], "\n  ")
	if float64(len(problems)) > o.MaxCorrupt*float64(len(bad)) {
		return im, nil, fault.New(fault.Failure, "Remove or replace these files.",
			"%d of %d images cannot be read, the limit is %g %%; the first are:\n  %s", len(problems), len(bad), 100*max(o.MaxCorrupt, 0), shown)
	}
	o.Log.Warn(fmt.Sprintf("skipping %d of %d images that cannot be read:\n  %s", len(problems), len(bad), shown))
	return im, skipped, nil
}
