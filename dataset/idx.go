package dataset

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"fbnas/internal/chw"
	"fbnas/internal/fault"
	"fbnas/internal/lfs"
)

// maxFileBytes bounds the unpacked size of one file of a data set.
const maxFileBytes = 4 << 30

// idxParts are the names of the two parts of an IDX set.
var idxParts = struct{ train, test []string }{[]string{"train"}, []string{"t10k", "test"}}

// idxFile finds the file of a part ("train") and content ("images", 3).
func idxFile(dir string, parts []string, content string, rank int) (string, bool) {
	for _, part := range parts {
		for _, form := range []string{"%s-%s-idx%d-ubyte", "%s-%s.idx%d-ubyte"} {
			for _, ending := range []string{"", ".gz"} {
				path := filepath.Join(dir, fmt.Sprintf(form, part, content, rank)+ending)
				if info, err := os.Stat(path); err == nil && info.Mode().IsRegular() {
					return path, true
				}
			}
		}
	}
	return "", false
}

func isIDX(dir string) bool {
	_, ok := idxFile(dir, idxParts.train, "images", 3)
	return ok
}

func openIDX(_ context.Context, dir string, o Options) (raw, error) {
	train, n, err := openIDXPart(dir, idxParts.train, o, 0)
	if err != nil {
		return raw{}, err
	}
	r := raw{train: train, classes: numbered(n)}
	for role, parts := range map[role][]string{forTraining: idxParts.train, forTest: idxParts.test} {
		if path, ok := idxFile(dir, parts, "images", 3); ok {
			r.from[role] = filepath.Base(path)
		}
	}
	if r.from[forTest] == "" {
		return r, nil
	}
	if r.test, _, err = openIDXPart(dir, idxParts.test, o, n); err != nil {
		return raw{}, err
	}
	if a, b := r.train.src.shape(), r.test.src.shape(); a != b {
		return raw{}, damaged("training images are %d×%d, test images %d×%d", a.Height, a.Width, b.Height, b.Width)
	}
	return r, nil
}

// openIDXPart reads images and labels of one part. classes is the number of
// classes, or 0 to take it from the labels.
func openIDXPart(dir string, parts []string, o Options, classes int) (images, int, error) {
	path, _ := idxFile(dir, parts, "images", 3)
	labelPath, ok := idxFile(dir, parts, "labels", 1)
	if !ok {
		return images{}, 0, damaged("%s has no labels beside it (%s-labels-idx1-ubyte)", path, parts[0])
	}
	dims, pixels, err := readIDXFile(path, 3)
	if err != nil {
		return images{}, 0, err
	}
	_, labels, err := readIDXFile(labelPath, 1)
	if err != nil {
		return images{}, 0, err
	}
	if classes == 0 {
		classes = classCount(labels)
	}
	src := newMemory(pixels, chw.Shape{Channels: 1, Height: dims[1], Width: dims[2]}, o)
	im, err := labelled(labelPath, src, contents(pixels, dims[1]*dims[2]), labels, classes)
	return im, classes, err
}

func readIDXFile(path string, rank int) (dims []int, data []uint8, err error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, nil, err
	}
	defer f.Close()
	if dims, data, err = readIDX(f, rank, maxFileBytes); err != nil {
		if pointer := lfs.Check(path); pointer != nil {
			return nil, nil, pointer
		}
		return nil, nil, damaged("%s: %w", path, err)
	}
	return dims, data, nil
}

// readIDX reads an IDX file of unsigned bytes with the given rank, plain or
// gzipped: magic 0, 0, 8 (unsigned byte), rank; the dimensions as big-endian
// 32-bit numbers; the data, at most limit bytes and nothing after it.
func readIDX(r io.Reader, rank int, limit int64) (dims []int, data []uint8, err error) {
	in := bufio.NewReader(r)
	if magic, err := in.Peek(2); err == nil && magic[0] == 0x1f && magic[1] == 0x8b {
		zr, err := gzip.NewReader(in)
		if err != nil {
			return nil, nil, err
		}
		in = bufio.NewReader(zr)
	}
	head := make([]byte, 4+4*rank)
	if _, err := io.ReadFull(in, head); err != nil {
		return nil, nil, fmt.Errorf("read the IDX header: %w", noEOF(err))
	}
	if want := []byte{0, 0, 8, byte(rank)}; !bytes.Equal(head[:4], want) {
		return nil, nil, fmt.Errorf("it starts with % x, an IDX file of bytes of rank %d with % x", head[:4], rank, want)
	}
	size := int64(1)
	for i := range rank {
		d := int64(binary.BigEndian.Uint32(head[4+4*i:]))
		if d == 0 || d > limit/size || (i > 0 && d > maxSide) {
			return nil, nil, fmt.Errorf("dimension %d of %v is out of range", i, append(dims, int(d)))
		}
		dims, size = append(dims, int(d)), size*d
	}
	data, err = readExactly(in, size)
	return dims, data, err
}

// readExactly reads the last size bytes of in. It does not allocate what a header
// promises before the file has delivered it.
func readExactly(in io.Reader, size int64) ([]byte, error) {
	var buf bytes.Buffer
	buf.Grow(int(min(size, 64<<20)) + bytes.MinRead)
	n, err := io.Copy(&buf, io.LimitReader(in, size+1))
	switch {
	case err != nil:
		return nil, fmt.Errorf("after %d of %d bytes of data: %w", n, size, noEOF(err))
	case n < size:
		return nil, fmt.Errorf("it is cut short: %d of %d bytes of data", n, size)
	case n > size:
		return nil, fmt.Errorf("it has more than the %d bytes of data that its header states", size)
	}
	return buf.Bytes(), nil
}

// noEOF turns an end of file before the expected end into an error.
func noEOF(err error) error {
	if errors.Is(err, io.EOF) {
		return io.ErrUnexpectedEOF
	}
	return err
}

// damaged is the error for an invalid file of a data set.
func damaged(format string, args ...any) error {
	return fault.New(fault.Failure, "Fetch the data set again, or leave this file out.", format, args...)
}
