package safetensors

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"

	"fbnas/internal/lfs"
)

// prefix is the number of bytes of the header's length, a little-endian uint64.
const prefix = 8

// File is the content of a safetensors file.
type File struct {
	// Tensors are in the order of their data.
	Tensors []Tensor
	// Metadata is text by name, in UTF-8.
	Metadata map[string]string
}

// Write writes f: tensors in the given order, metadata sorted by name, so that
// equal files have equal bytes. It fails before the first byte if a name
// occurs twice, data does not fit its shape, or the header is over 16 MiB.
func Write(w io.Writer, f File) error {
	h := header{metadata: f.Metadata}
	seen := map[string]bool{}
	at := 0
	for _, t := range f.Tensors {
		e, err := t.entry(at)
		if err != nil {
			return fmt.Errorf("write safetensors: %w", err)
		}
		if seen[t.Name] {
			return fmt.Errorf("write safetensors: two tensors are named %q", t.Name)
		}
		seen[t.Name] = true
		at = e.Offsets[1]
		h.entries = append(h.entries, e)
	}
	text, err := h.format()
	if err != nil {
		return fmt.Errorf("write safetensors: %w", err)
	}
	if err := binary.Write(w, binary.LittleEndian, uint64(len(text))); err != nil {
		return fmt.Errorf("write safetensors: %w", err)
	}
	if _, err := w.Write(text); err != nil {
		return fmt.Errorf("write safetensors: %w", err)
	}
	for _, t := range f.Tensors {
		if err := binary.Write(w, binary.LittleEndian, t.Data); err != nil {
			return fmt.Errorf("write safetensors: tensor %q: %w", t.Name, err)
		}
	}
	return nil
}

// Read reads the file at path. The header is checked completely against the
// file's size (one JSON object, no key twice, known element types, tensors
// that cover the data without gaps or overlaps) before anything is allocated
// for tensors.
func Read(path string) (File, error) {
	return open(path, Decode)
}

// ReadMetadata reads and checks only the header, and returns its metadata.
func ReadMetadata(path string) (map[string]string, error) {
	return open(path, func(r io.Reader, size int64) (map[string]string, error) {
		h, err := decodeHeader(r, size)
		if err != nil {
			return nil, err
		}
		return h.metadata, nil
	})
}

func open[T any](path string, decode func(io.Reader, int64) (T, error)) (T, error) {
	var none T
	if err := lfs.Check(path); err != nil {
		return none, err
	}
	f, err := os.Open(path)
	if err != nil {
		return none, fmt.Errorf("read safetensors: %w", err)
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return none, fmt.Errorf("read safetensors: %w", err)
	}
	content, err := decode(f, info.Size())
	if err != nil {
		return none, fmt.Errorf("read safetensors %s: %w", path, err)
	}
	return content, nil
}

// Decode is Read for size bytes from r.
func Decode(r io.Reader, size int64) (File, error) {
	h, err := decodeHeader(r, size)
	if err != nil {
		return File{}, err
	}
	f := File{Metadata: h.metadata}
	for _, e := range h.entries {
		d, err := dtypeNamed(e.DType)
		if err != nil {
			return File{}, err
		}
		data := d.make((e.Offsets[1] - e.Offsets[0]) / d.size)
		if err := binary.Read(r, binary.LittleEndian, data); err != nil {
			return File{}, fmt.Errorf("tensor %q: %w", e.name, err)
		}
		f.Tensors = append(f.Tensors, Tensor{Name: e.name, Shape: e.Shape, Data: data})
	}
	return f, nil
}

func decodeHeader(r io.Reader, size int64) (*header, error) {
	if size < prefix {
		return nil, fmt.Errorf("it has %d bytes, too few for a header", size)
	}
	var length uint64
	if err := binary.Read(r, binary.LittleEndian, &length); err != nil {
		return nil, fmt.Errorf("header length: %w", err)
	}
	if length > maxHeader {
		return nil, fmt.Errorf("not a safetensors file: its header would have %d bytes, the limit is %d", length, maxHeader)
	}
	if int64(length) > size-prefix {
		return nil, fmt.Errorf("cut short: %d bytes of a header of %d", size-prefix, length)
	}
	text := make([]byte, length)
	if _, err := io.ReadFull(r, text); err != nil {
		return nil, fmt.Errorf("header: %w", err)
	}
	left := size - prefix - int64(length)
	if int64(int(left)) != left {
		return nil, errors.New("too large for this machine")
	}
	h, err := parseHeader(text, int(left))
	if err != nil {
		return nil, fmt.Errorf("header: %w", err)
	}
	return h, nil
}
