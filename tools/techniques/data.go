package main

import (
	"compress/gzip"
	"encoding/binary"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"fbnas/internal/atomicfile"
)

// The headers of Fashion-MNIST's IDX files, and its images.
const (
	imagesHeader = 16
	labelsHeader = 8
	pixels       = 28 * 28
)

// write writes the part as IDX files to a folder, from the files in `from`. Its
// classes count from 0.
func (p part) write(from, folder string) error {
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return err
	}
	for _, files := range []struct {
		name  string
		limit int
	}{{"train", p.images}, {"t10k", -1}} {
		images, err := unpacked(filepath.Join(from, files.name+"-images-idx3-ubyte.gz"))
		if err != nil {
			return err
		}
		labels, err := unpacked(filepath.Join(from, files.name+"-labels-idx1-ubyte.gz"))
		if err != nil {
			return err
		}
		images, labels = p.pick(images[imagesHeader:], labels[labelsHeader:], files.limit)
		for name, data := range map[string][]byte{
			"-images-idx3-ubyte": append(header(3, len(labels), 28, 28), images...),
			"-labels-idx1-ubyte": append(header(1, len(labels)), labels...),
		} {
			if err := atomicfile.WriteBytes(filepath.Join(folder, files.name+name), data); err != nil {
				return err
			}
		}
	}
	return nil
}

// pick takes the first `limit` images of each class of the part, or all if it is
// negative.
func (p part) pick(images, labels []byte, limit int) (picked, classes []byte) {
	var count [256]int
	for i, l := range labels {
		if int(l) < p.from || int(l) >= p.to || limit >= 0 && count[l] == limit {
			continue
		}
		count[l]++
		picked = append(picked, images[i*pixels:][:pixels]...)
		classes = append(classes, l-byte(p.from))
	}
	return picked, classes
}

func header(rank byte, dims ...int) []byte {
	h := []byte{0, 0, 8, rank}
	for _, d := range dims {
		h = binary.BigEndian.AppendUint32(h, uint32(d))
	}
	return h
}

func unpacked(path string) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return io.ReadAll(z)
}
