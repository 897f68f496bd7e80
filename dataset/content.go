package dataset

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"io"
	"os"
	"runtime"
	"sync"
	"sync/atomic"

	"fbnas/internal/random"
)

// Content identifies an image by its bytes: those of its file or, if many
// images share a file, those of its stored pixels. It is the beginning of
// their SHA-256.
type Content uint64

func contentOf(sum [sha256.Size]byte) Content { return Content(binary.BigEndian.Uint64(sum[:])) }

// isTest decides whether an image of a set without test images is kept for
// testing. It depends only on the image's own bytes and the seed: adding, removing
// or renaming other images does not move it to the other side.
func (c Content) isTest(fraction float64, seed uint64) bool {
	return random.New(seed, "test images", uint64(c)).Float64() < fraction
}

// contents are those of consecutive images of size bytes each.
func contents(data []uint8, size int) []Content {
	all := make([]Content, len(data)/size)
	each(context.Background(), len(all), func(i int) {
		all[i] = contentOf(sha256.Sum256(data[i*size:][:size]))
	})
	return all
}

// fileContents are those of files, with an error for each file that cannot be read.
func fileContents(ctx context.Context, paths []string) ([]Content, []error) {
	all, failed := make([]Content, len(paths)), make([]error, len(paths))
	each(ctx, len(paths), func(i int) { all[i], failed[i] = fileContent(paths[i]) })
	return all, failed
}

func fileContent(path string) (Content, error) {
	f, err := os.Open(path)
	if err != nil {
		return 0, err
	}
	defer f.Close()
	h := sha256.New()
	if _, err := io.Copy(h, f); err != nil {
		return 0, err
	}
	return contentOf([sha256.Size]byte(h.Sum(nil))), nil
}

// each calls do for 0 to n-1 on all cores, until ctx ends.
func each(ctx context.Context, n int, do func(i int)) {
	var next atomic.Int64
	var wg sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		wg.Go(func() {
			for ctx.Err() == nil {
				i := int(next.Add(1)) - 1
				if i >= n {
					return
				}
				do(i)
			}
		})
	}
	wg.Wait()
}
