package dataset

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"fbnas/dataset/picture"
	"fbnas/internal/chw"
	"fbnas/internal/fault"
)

// isFolder: a subfolder that is not hidden may be a class.
func isFolder(dir string) bool {
	entries, _ := os.ReadDir(dir)
	return slices.ContainsFunc(entries, func(e os.DirEntry) bool {
		info, err := os.Stat(filepath.Join(dir, e.Name()))
		return err == nil && info.IsDir() && !hidden(e.Name())
	})
}

// loosePictures counts the pictures that lie directly in a folder.
func loosePictures(dir string) int {
	entries, _ := os.ReadDir(dir)
	return len(slices.DeleteFunc(entries, func(e os.DirEntry) bool {
		ext := strings.ToLower(filepath.Ext(e.Name()))
		return hidden(e.Name()) || !picture.Extensions[ext] && !foreign[ext]
	}))
}

func noClassFolders(what error) error {
	return fault.New(fault.Usage, "Make one subfolder of images for each class: its name is the class's name.", "%w", what)
}

// usualMaxCorrupt is Options.MaxCorrupt where it is not given.
const usualMaxCorrupt = 0.01

func openFolder(ctx context.Context, dir string, o Options) (raw, error) {
	if o.Height == 0 {
		return raw{}, fault.New(fault.Usage, "", "images in folders need a height and a width to be resized to")
	}
	tree, left, err := scan(dir)
	if err != nil {
		return raw{}, err
	}
	if n := len(tree.images); n > 0 && len(tree.classes()) == 0 {
		return raw{}, noClassFolders(fmt.Errorf("its %d images lie directly in it", n))
	}
	parts, err := layoutOf(tree, &left)
	if err != nil {
		return raw{}, err
	}
	for _, doubt := range []string{left.foreignPictures(), parts.parted()} {
		if doubt != "" {
			o.Log.Warn(doubt)
		}
	}
	r := raw{left: left}
	for role, n := range parts {
		if n != nil {
			if n.name != "" {
				r.from[role] = n.name + "/"
			}
			r.left.add("beside the class folders", n.images...)
			for _, sub := range empty(n) {
				r.left.add("folder without images", sub.path)
			}
		}
	}
	if err := r.classesOf(parts, o); err != nil {
		return raw{}, err
	}
	return r, r.openParts(ctx, dir, parts, o)
}

// classesOf finds the names of the classes: those of the training images or,
// if all images count alike, of any images.
func (r *raw) classesOf(parts layout, o Options) error {
	for role, n := range parts {
		if n == nil || !o.Whole && role != int(forTraining) {
			continue
		}
		r.classes = append(r.classes, namesOf(n.classes())...)
	}
	slices.Sort(r.classes)
	r.classes = slices.Compact(r.classes)
	if len(r.classes) > 0 {
		if o.Whole && within(r.classes, o.Classes) {
			r.classes = o.Classes
		}
		return nil
	}
	for role, n := range parts {
		if n != nil && role != int(forTraining) {
			return fault.New(fault.Usage, "Put training images into train/ beside it, or use all of these images for testing: fbnas eval --split all.",
				"it has %s and no training images", r.from[role])
		}
	}
	return r.left.nothingRead()
}

// nothingRead is the error about a folder in which all is left out.
func (l leftOut) nothingRead() error {
	if l.foreignPictures() != "" {
		return fault.New(fault.Failure, "fbnas reads JPEG, PNG, WebP, BMP, GIF and TIFF. Convert the others, for example with ImageMagick: magick mogrify -format jpg *.heic",
			"it has no images that can be read%s", l)
	}
	return fault.New(fault.Failure, "Make one subfolder of images for each class.", "it has no images that can be read%s", l)
}

// openParts reads the images of each role. Validation images are the test
// images if there are no others; otherwise they are only counted.
func (r *raw) openParts(ctx context.Context, dir string, parts layout, o Options) (err error) {
	test := parts[forTest]
	if test == nil && parts[forValidation] != nil {
		test, r.from[forTest], r.from[forValidation] = parts[forValidation], r.from[forValidation]+", as there is no test/", ""
		parts[forValidation] = nil
	}
	if n := parts[forTraining]; n != nil {
		if r.train, err = r.openClasses(ctx, dir, n.classes(), o); err != nil {
			return err
		}
	}
	if n := parts[forValidation]; n != nil {
		r.validation = len(n.all())
		if o.Whole {
			test = &node{subs: append(n.classes(), nodesOf(test)...)}
		}
	}
	if test != nil {
		r.test, err = r.openClasses(ctx, dir, test.classes(), o)
	}
	return err
}

func nodesOf(n *node) []*node {
	if n == nil {
		return nil
	}
	return n.classes()
}

// openClasses decodes every file once, so that corrupt ones are known before
// the training begins, and keeps the good ones.
func (r *raw) openClasses(ctx context.Context, dir string, classes []*node, o Options) (im images, err error) {
	src := &files{form: chw.Shape{Channels: o.Channels, Height: o.Height, Width: o.Width}, root: dir}
	for _, c := range classes {
		label := slices.Index(r.classes, c.name)
		if label < 0 {
			return im, fault.New(fault.Failure, "Give both parts the same classes.",
				"class %s has test images and no training images", c.name)
		}
		for _, p := range c.all() {
			src.paths, im.labels = append(src.paths, filepath.Join(dir, p)), append(im.labels, int64(label))
		}
	}
	im.src = src
	bad, err := src.decodeAll(ctx, o.MemoryBytes)
	if err != nil {
		return im, err
	}
	var unread []error
	im.content, unread = fileContents(ctx, src.paths)
	var problems []string
	for i := range bad {
		if bad[i] == nil {
			bad[i] = unread[i]
		}
		if bad[i] == nil {
			im.keep = append(im.keep, i)
			continue
		}
		r.skipped, problems = append(r.skipped, src.paths[i]), append(problems, bad[i].Error())
		r.left.add("cannot be read", src.name(i))
	}
	if len(problems) == 0 {
		return im, nil
	}
	shown := strings.Join(problems[:min(len(problems), 10)], "\n  ")
	if float64(len(problems)) > *o.MaxCorrupt*float64(len(bad)) {
		return im, fault.New(fault.Failure, "Remove or replace these files.",
			"%d of %d images cannot be read, the limit is %g %%; the first are:\n  %s", len(problems), len(bad), 100**o.MaxCorrupt, shown)
	}
	refused := ""
	if float64(len(problems)) > usualMaxCorrupt*float64(len(bad)) {
		refused = fmt.Sprintf(", and a training refuses more than %g %%", 100*usualMaxCorrupt)
	}
	o.Log.Warn(fmt.Sprintf("skipping %d of %d images that cannot be read%s:\n  %s", len(problems), len(bad), refused, shown))
	return im, nil
}

// name of a file is its path in the data set's folder.
func (f *files) name(i int) string {
	if name, err := filepath.Rel(f.root, f.paths[i]); err == nil {
		return name
	}
	return f.paths[i]
}
