package dataset

import (
	"context"
	"runtime"
	"sync"
	"sync/atomic"

	"fbnas/dataset/picture"
	"fbnas/internal/chw"
	"fbnas/internal/fault"
)

// files is a source of image files, decoded whenever they are needed, or only once
// if all of them fit into memory.
type files struct {
	form  chw.Shape
	root  string // the data set's folder
	paths []string
	kept  []uint8 // all images, or nil
	// Counted by decodeAll.
	turned, transparent atomic.Int64
}

func (f *files) shape() chw.Shape { return f.form }
func (f *files) inMemory() bool   { return f.kept != nil }

func (f *files) pixels(i int, dst []uint8) error {
	if f.kept != nil {
		copy(dst, f.kept[i*f.form.Size():])
		return nil
	}
	_, err := f.decode(i, dst)
	return err
}

// decode reads, scales and crops file i. Its error names the file.
func (f *files) decode(i int, dst []uint8) (p picture.Picture, err error) {
	defer fault.Catch(&err) // a decoder may panic on a file
	p, err = picture.Open(f.paths[i])
	if err == nil {
		p.Fit(f.form.Channels, f.form.Height, f.form.Width, dst)
	}
	return p, err
}

// decodeFirst is decode, and counts odd pictures.
func (f *files) decodeFirst(i int, dst []uint8) error {
	p, err := f.decode(i, dst)
	if err != nil {
		return err
	}
	if p.Turned() {
		f.turned.Add(1)
	}
	if p.Transparent() {
		f.transparent.Add(1)
	}
	return nil
}

// decodeAll decodes every file once, on all cores, and returns each file's
// error. It keeps the images if they fit into the given memory.
func (f *files) decodeAll(ctx context.Context, memoryBytes int64) ([]error, error) {
	size := f.form.Size()
	var kept []uint8
	if int64(size)*int64(len(f.paths)) <= memoryBytes {
		kept = make([]uint8, size*len(f.paths))
	}
	bad := make([]error, len(f.paths))
	var next atomic.Int64
	var wg sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		wg.Go(func() {
			dst := make([]uint8, size)
			for ctx.Err() == nil {
				i := int(next.Add(1)) - 1
				if i >= len(f.paths) {
					return
				}
				if kept != nil {
					dst = kept[i*size:][:size]
				}
				bad[i] = f.decodeFirst(i, dst)
			}
		})
	}
	wg.Wait()
	f.kept = kept
	return bad, ctx.Err()
}
