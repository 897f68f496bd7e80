package dataset

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"slices"

	"fbnas/internal/fault"
	"fbnas/internal/setup"
)

// Options say how a data set is read. The zero value keeps the images' own
// size and gives three channels.
type Options struct {
	// Height and Width of the set's images. Images of another
	// size are scaled (bilinear, short side) and cropped to their centre.
	// Zero keeps the size of IDX and CIFAR images; folders need a size.
	Height, Width int
	// Channels is 3 (the default; grey is replicated) or 1 (colour becomes
	// grey by the luma of ITU-R 601).
	Channels int
	// Mean and Std of each channel, by which pixels are normalised: those that
	// a trained network needs. Default: the training images' own.
	Mean, Std []float32
	// Whole reads all images as test images, whatever folders they are in.
	Whole bool
	// Look reads a set for inspection, even if no network can learn from it: problems
	// become warnings. IDX and CIFAR images keep their size.
	Look bool
	// Classes are those that a network distinguishes. With Whole, a folder may
	// lack some of them.
	Classes []string
	// Seed decides the split of a set that comes without test images.
	Seed uint64
	// TestFraction is the share of test images in such a set; default 0.2.
	TestFraction float64
	// MaxCorrupt is the fraction of files in a folder that may be unreadable
	// and are skipped; nil: 0.01.
	MaxCorrupt *float64
	// MemoryBytes is the most memory for a folder's decoded images; a
	// larger set is decoded again whenever an image is used. Default 1 GiB.
	MemoryBytes int64
	// Log receives warnings about skipped files; nil: they are dropped.
	Log *slog.Logger
}

func (o Options) withDefaults() (Options, error) {
	o.Channels = cmp.Or(o.Channels, 3)
	o.TestFraction = cmp.Or(o.TestFraction, 0.2)
	o.MaxCorrupt = cmp.Or(o.MaxCorrupt, new(usualMaxCorrupt))
	o.MemoryBytes = cmp.Or(o.MemoryBytes, 1<<30)
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	switch {
	case o.Channels != 1 && o.Channels != 3:
		return o, fmt.Errorf("images have 1 or 3 channels, not %d", o.Channels)
	case o.Height < 0 || o.Width < 0 || (o.Height == 0) != (o.Width == 0):
		return o, fmt.Errorf("image size %d×%d: give both sides, or neither", o.Height, o.Width)
	case max(o.Height, o.Width) > maxSide:
		return o, fmt.Errorf("image size %d×%d is above %d", o.Height, o.Width, maxSide)
	case o.Mean != nil && (len(o.Mean) != o.Channels || len(o.Std) != o.Channels || slices.Contains(o.Std, 0)):
		return o, fmt.Errorf("means %v and deviations %v for %d channels", o.Mean, o.Std, o.Channels)
	case o.Whole && o.Mean == nil:
		return o, errors.New("all images as test images: that needs means and deviations")
	case o.TestFraction < 0 || o.TestFraction >= 1:
		return o, fmt.Errorf("test fraction %g is not in [0, 1)", o.TestFraction)
	}
	return o, nil
}

// maxSide bounds the sides of images, stored or scaled.
const maxSide = 1 << 14

// Set is an open data set.
type Set struct {
	Name    string
	Train   *Split
	Test    *Split
	Classes []string // the names; their index is the label
	// Mean and Std of the training images' pixels (or those given), one for
	// each channel, for pixels from 0 to 1. Batches contain (pixel − Mean) / Std.
	Mean, Std []float32
	// Skipped names the corrupt files that were left out.
	Skipped []string
	// KeptForTest: the set has no test images of its own, and some training images
	// were kept for testing.
	KeptForTest bool
	Summary     Summary
}

// raw is a data set as stored in its files: images in stored size and order.
type raw struct {
	train, test images // src is nil if the set has none
	validation  int    // images that are not read
	classes     []string
	skipped     []string
	left        leftOut
	from        [roleCount]string // where the images of a role are from
}

// images are decoded images with their labels; keep lists the usable ones.
type images struct {
	src     source
	labels  []int64
	content []Content
	keep    []int
}

// kind is one layout of files on disk.
type kind struct {
	name   string
	layout string // names of its files, for the error message
	found  func(dir string) bool
	open   func(ctx context.Context, dir string, o Options) (raw, error)
}

// kinds are tried in order; a folder of classes is the least specific.
var kinds = []kind{
	{"IDX", "train-images-idx3-ubyte[.gz] with its labels", isIDX, openIDX},
	{"CIFAR-10", "data_batch_1.bin … test_batch.bin", isCIFAR, openCIFAR},
	{"folder", "one subfolder of images for each class", isFolder, openFolder},
}

// builtins are the sets that have a name instead of a path.
var builtins = map[string]struct {
	dir     func() (string, error)
	classes []string
}{
	"fashion-mnist": {setup.FashionMNIST, []string{
		"T-shirt/top", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot",
	}},
}

// IsBuiltin reports whether name is that of a built-in set, not a path.
func IsBuiltin(name string) bool {
	_, ok := builtins[name]
	return ok
}

// Open opens a built-in set (fashion-mnist) or the one in the folder name,
// whose kind follows from its files. If the files contain no test images, some
// images are kept for testing.
func Open(ctx context.Context, name string, o Options) (*Set, error) {
	o, err := o.withDefaults()
	if err != nil {
		return nil, fault.New(fault.Usage, "", "data set %s: %w", name, err)
	}
	dir := name
	builtin, named := builtins[name]
	if named {
		if dir, err = builtin.dir(); err != nil {
			return nil, fmt.Errorf("data set %s: %w", name, err)
		}
	}
	k, err := kindOf(dir)
	if err != nil {
		return nil, err
	}
	var warnings []string
	o.Log = slog.New(recorder{o.Log.Handler(), &warnings})
	r, err := k.open(ctx, dir, o)
	if err != nil {
		return nil, fmt.Errorf("data set %s (%s): %w", name, k.name, err)
	}
	if named {
		r.classes = builtin.classes
	}
	s, err := assemble(r, o)
	if err != nil {
		return nil, fmt.Errorf("data set %s (%s): %w", name, k.name, err)
	}
	s.Name = filepath.Base(name)
	s.Summary.Data, s.Summary.Kind, s.Summary.Warnings = name, k.name, warnings
	s.summarise(r, o)
	s.Summary.Digest = s.Manifest().Digest
	return s, nil
}

func kindOf(dir string) (kind, error) {
	info, err := os.Stat(dir)
	if err != nil || !info.IsDir() {
		return kind{}, fault.New(fault.Usage, "Give fashion-mnist or a folder.", "data set %s: there is no such folder or built-in set", dir)
	}
	expected := ""
	for _, k := range kinds {
		if k.found(dir) {
			return k, nil
		}
		expected += "\n  " + k.name + ": " + k.layout
	}
	if n := loosePictures(dir); n > 0 {
		return kind{}, noClassFolders(fmt.Errorf("data set %s: its %d images lie directly in it", dir, n))
	}
	return kind{}, fault.New(fault.Usage, "Check the folder's content.", "data set %s is of an unknown kind; these are known:%s", dir, expected)
}

// assemble makes the splits and the normalisation.
func assemble(r raw, o Options) (*Set, error) {
	s := &Set{Classes: r.classes, Skipped: r.skipped}
	s.Train = newSplit(r.train, s)
	switch {
	case o.Whole:
		s.Test = newSplit(join(r.train, r.test), s)
		s.Train = s.Test.Subset(nil)
	case r.test.src != nil:
		s.Test = newSplit(r.test, s)
	default:
		s.KeptForTest = true
		s.Train, s.Test = s.Train.keepForTest(o.TestFraction, o.Seed)
	}
	if o.Mean != nil {
		s.Mean, s.Std = o.Mean, o.Std
	}
	if o.Whole {
		return s, nil
	}
	if err := s.check(o.Log); err != nil {
		if !o.Look {
			return nil, err
		}
		o.Log.Warn(err.Error() + ": a training refuses this data set")
	}
	if err := s.Train.warnEqual(o.Log); err != nil || o.Mean != nil {
		return s, err
	}
	mean, std, err := s.Train.statistics()
	if err != nil {
		return nil, err
	}
	for c := range o.Channels {
		stored := c % len(mean) // grey is replicated
		s.Mean, s.Std = append(s.Mean, mean[stored]), append(s.Std, std[stored])
	}
	return s, nil
}
