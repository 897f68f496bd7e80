package datasettest

import (
	"context"
	"encoding/binary"
	"os"
	"path/filepath"
	"testing"

	"fbnas/dataset"
	"fbnas/internal/random"
)

// Bars opens a set that WriteBars wrote.
func Bars(t testing.TB, train, test, size, classes int) *dataset.Set {
	t.Helper()
	dir := t.TempDir()
	if err := WriteBars(dir, train, test, size, classes); err != nil {
		t.Fatal(err)
	}
	set, err := dataset.Open(context.Background(), dir, dataset.Options{Channels: 1})
	if err != nil {
		t.Fatal(err)
	}
	return set
}

// WriteBars writes IDX files of size x size grey images to a folder, which
// it creates if necessary: class k of classes is noise whose first 2k rows
// are bright, which a small network learns in a few steps.
func WriteBars(dir string, train, test, size, classes int) error {
	if err := os.MkdirAll(dir, 0o777); err != nil {
		return err
	}
	for name, n := range map[string]int{"train": train, "t10k": test} {
		r := random.New(1, name)
		images := header(3, n, size, size)
		labels := header(1, n)
		for i := range n {
			label := i % classes
			labels = append(labels, byte(label))
			for y := range size {
				for range size {
					v := r.IntN(120)
					if y < 2*label {
						v += 120
					}
					images = append(images, byte(v))
				}
			}
		}
		for part, data := range map[string][]byte{"-images-idx3-ubyte": images, "-labels-idx1-ubyte": labels} {
			if err := os.WriteFile(filepath.Join(dir, name+part), data, 0o644); err != nil {
				return err
			}
		}
	}
	return nil
}

// header of an IDX file of bytes with the given dimensions.
func header(rank int, dims ...int) []byte {
	h := []byte{0, 0, 8, byte(rank)}
	for _, d := range dims {
		h = binary.BigEndian.AppendUint32(h, uint32(d))
	}
	return h
}
