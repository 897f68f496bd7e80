package dataset

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"fbnas/internal/chw"
	"fbnas/internal/lfs"
)

// A record of CIFAR-10's binary version: one label, then the red, green and
// blue planes of a 32×32 image.
var cifarShape = chw.Shape{Channels: 3, Height: 32, Width: 32}

const (
	cifarRecord  = 1 + 3*32*32
	cifarClasses = 10
)

var cifarNames = []string{"airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"}

// cifarFiles finds the files, in dir or in the folder that the archive makes.
func cifarFiles(dir string) (train, test []string) {
	for _, d := range []string{dir, filepath.Join(dir, "cifar-10-batches-bin")} {
		train, _ = filepath.Glob(filepath.Join(escape(d), "data_batch_*.bin"))
		test, _ = filepath.Glob(filepath.Join(escape(d), "test_batch.bin"))
		if len(train) > 0 {
			slices.Sort(train)
			return train, test
		}
	}
	return nil, nil
}

// escape makes a folder's name literal in a glob pattern.
func escape(dir string) string {
	return strings.NewReplacer(`\`, `\\`, `[`, `\[`, `*`, `\*`, `?`, `\?`).Replace(dir)
}

func isCIFAR(dir string) bool {
	train, _ := cifarFiles(dir)
	return len(train) > 0
}

func openCIFAR(_ context.Context, dir string, o Options) (raw, error) {
	train, test := cifarFiles(dir)
	r := raw{classes: cifarNames}
	var err error
	if r.train, err = openCIFARPart(train, o); err != nil {
		return raw{}, err
	}
	r.from[forTraining] = fmt.Sprintf("%d files data_batch_*.bin", len(train))
	if len(test) > 0 {
		r.from[forTest] = filepath.Base(test[0])
		r.test, err = openCIFARPart(test, o)
	}
	return r, err
}

func openCIFARPart(paths []string, o Options) (images, error) {
	var labels, pixels []uint8
	for _, path := range paths {
		l, p, err := readCIFARFile(path)
		if err != nil {
			if pointer := lfs.Check(path); pointer != nil {
				return images{}, pointer
			}
			return images{}, damaged("%s: %w", path, err)
		}
		labels, pixels = append(labels, l...), append(pixels, p...)
	}
	return labelled(paths[0], newMemory(pixels, cifarShape, o), contents(pixels, cifarShape.Size()), labels, cifarClasses)
}

func readCIFARFile(path string) (labels, pixels []uint8, err error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, nil, err
	}
	defer f.Close()
	return readCIFAR(bufio.NewReader(f), maxFileBytes)
}

// readCIFAR reads whole records until the end of r, at most limit bytes.
func readCIFAR(r io.Reader, limit int64) (labels, pixels []uint8, err error) {
	record := make([]byte, cifarRecord)
	for n := int64(0); ; n++ {
		_, err := io.ReadFull(r, record)
		switch {
		case err == io.EOF && n > 0:
			return labels, pixels, nil
		case err != nil:
			return nil, nil, fmt.Errorf("record %d (of %d bytes): %w", n, cifarRecord, noEOF(err))
		case record[0] >= cifarClasses:
			return nil, nil, fmt.Errorf("record %d has label %d; CIFAR-10 has 0 to 9", n, record[0])
		case (n+1)*cifarRecord > limit:
			return nil, nil, fmt.Errorf("it is larger than %d bytes", limit)
		}
		labels, pixels = append(labels, record[0]), append(pixels, record[1:]...)
	}
}
