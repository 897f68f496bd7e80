package torchfile

import (
	"archive/zip"
	"bufio"
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
	"path"
	"sync"

	"fbnas/internal/lfs"
)

// maxPickle bounds data.pkl in bytes.
const maxPickle = 16 << 20

// File is an opened file. Tensors read from it, so close it after them.
type File struct {
	Root any // usually a *Dict; the numbers are not read yet

	file *os.File
	size int64
	left int64 // bytes that storages may still take: all together no more than the file has
}

// Open reads the content of a file of torch.save without the numbers of its
// tensors.
func Open(path string) (*File, error) {
	if err := lfs.Check(path); err != nil {
		return nil, err
	}
	file, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("read PyTorch file: %w", err)
	}
	f := &File{file: file}
	if err := f.open(); err != nil {
		file.Close()
		return nil, fmt.Errorf("read PyTorch file %s: %w", path, err)
	}
	return f, nil
}

// Close closes the file, so that tensors can no longer be read.
func (f *File) Close() error { return f.file.Close() }

func (f *File) open() error {
	info, err := f.file.Stat()
	if err != nil {
		return err
	}
	if !info.Mode().IsRegular() {
		return errors.New("not a regular file")
	}
	f.size, f.left = info.Size(), info.Size()
	magic := make([]byte, 4)
	if _, err := f.file.ReadAt(magic, 0); err != nil {
		return fmt.Errorf("too short: %w", err)
	}
	if bytes.HasPrefix(magic, []byte("PK\x03\x04")) {
		return f.archive()
	}
	return f.legacy()
}

// archive reads a zip file of NAME/data.pkl and NAME/data/KEY for each
// storage, none of them compressed.
func (f *File) archive() error {
	z, err := zip.NewReader(f.file, f.size)
	if err != nil {
		return err
	}
	entries := map[string]*zip.File{}
	root := ""
	for _, e := range z.File {
		if entries[e.Name] != nil {
			return fmt.Errorf("%q is in it twice", e.Name)
		}
		entries[e.Name] = e
		if path.Base(e.Name) == "data.pkl" {
			root = path.Dir(e.Name)
		}
	}
	pickle := entries[root+"/data.pkl"]
	if pickle == nil || pickle.UncompressedSize64 > maxPickle {
		return fmt.Errorf("no data.pkl of at most %d bytes in it", maxPickle)
	}
	if order := entries[root+"/byteorder"]; order != nil {
		if text, err := f.stored(order); err != nil || string(text) != "little" {
			return fmt.Errorf("byte order %.10q", text)
		}
	}
	text, err := f.stored(pickle)
	if err != nil {
		return fmt.Errorf("data.pkl: %w", err)
	}
	f.Root, err = unpickle(bufio.NewReader(bytes.NewReader(text)), func(id []any) (any, error) {
		key, s, err := reference(id, 5)
		if err != nil {
			return nil, err
		}
		entry := entries[root+"/data/"+key]
		if entry == nil || int64(entry.UncompressedSize64) != s.length*s.element.size {
			return nil, fmt.Errorf("storage %.80q of %d numbers is not in the file", key, s.length)
		}
		s.data = sync.OnceValues(func() ([]byte, error) { return f.stored(entry) })
		return s, nil
	})
	if err != nil {
		return fmt.Errorf("data.pkl: %w", err)
	}
	return nil
}

// stored reads an entry that is not compressed.
func (f *File) stored(e *zip.File) ([]byte, error) {
	n := int64(e.UncompressedSize64)
	if e.Method != zip.Store || e.UncompressedSize64 != e.CompressedSize64 || e.UncompressedSize64 > uint64(f.size) {
		return nil, fmt.Errorf("%.80q is compressed: torch.save does not", e.Name)
	}
	if f.left -= n; f.left < 0 {
		return nil, errors.New("its entries add up to more bytes than it has")
	}
	r, err := e.Open()
	if err != nil {
		return nil, err
	}
	defer r.Close()
	data := make([]byte, n)
	_, err = io.ReadFull(r, data)
	return data, err
}

// reference reads a storage's persistent id: ("storage", type, key, place,
// length), and in the old format the storage that it is a view of.
func reference(id []any, fields int) (string, *storage, error) {
	if len(id) != fields {
		return "", nil, fmt.Errorf("a storage with %d fields", len(id))
	}
	word, _ := id[0].(string)
	kind, _ := id[1].(global)
	key, isText := id[2].(string)
	length, isInt := id[4].(int64)
	e := elements[kind]
	if word != "storage" || e.size == 0 || !isText || !isInt || length < 0 || length > 1<<40 {
		// Without the id: its tuples may share tuples, so that its text could double at each level.
		return "", nil, errors.New(`a storage that is not ("storage", type, key, place, length)`)
	}
	return key, &storage{element: e, length: length}, nil
}

// old is the beginning of a file of the format before PyTorch 1.6: the magic number
// and the version, a pickle each.
var old = struct {
	magic   []byte
	version int64
}{[]byte{0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19}, 1001}

// errForeign means that a file has neither format.
var errForeign = errors.New("torch.save did not write it")

// legacy reads five pickles (magic number, version, machine, content, keys of
// the storages), then the storages in the order of their keys, each after its
// length as an int64.
func (f *File) legacy() error {
	r := bufio.NewReader(io.NewSectionReader(f.file, 0, f.size))
	if v, err := unpickle(r, nil); err != nil {
		return errForeign
	} else if magic, ok := v.([]byte); !ok || !bytes.Equal(magic, old.magic) {
		return errForeign
	}
	if v, err := unpickle(r, nil); err != nil || v != old.version {
		return fmt.Errorf("it is not of version %d of the old format", old.version)
	}
	machine, err := unpickle(r, nil)
	if d, ok := machine.(*Dict); err != nil || !ok || d.Values["little_endian"] != true {
		return errors.New("it does not state that it is little-endian")
	}
	storages := map[string]*storage{}
	f.Root, err = unpickle(r, func(id []any) (any, error) {
		if len(id) == 6 && id[5] != nil {
			return nil, errors.New("a storage that is a view of another")
		}
		key, s, err := reference(id, 6)
		if known := storages[key]; known != nil {
			return known, nil
		}
		storages[key] = s
		return s, err
	})
	if err != nil {
		return fmt.Errorf("content: %w", err)
	}
	keys, err := unpickle(r, nil)
	if err != nil {
		return fmt.Errorf("keys of the storages: %w", err)
	}
	list, ok := keys.(*list)
	if !ok {
		return errors.New("keys of the storages: not a list")
	}
	return f.numbers(r, list.items, storages)
}

// numbers reads the storages of the old format.
func (f *File) numbers(r io.Reader, keys []any, storages map[string]*storage) error {
	for _, key := range keys {
		name, _ := key.(string)
		s := storages[name]
		if s == nil || s.data != nil {
			return fmt.Errorf("storage %.80q is not wanted, or comes twice", name)
		}
		var length int64
		if err := binary.Read(r, binary.LittleEndian, &length); err != nil {
			return fmt.Errorf("storage %.80q: %w", name, err)
		}
		if length != s.length || s.length*s.element.size > f.left {
			return fmt.Errorf("storage %.80q of %d numbers, want %d", name, length, s.length)
		}
		raw := make([]byte, s.length*s.element.size)
		f.left -= int64(len(raw))
		if _, err := io.ReadFull(r, raw); err != nil {
			return fmt.Errorf("storage %.80q: %w", name, err)
		}
		s.data = func() ([]byte, error) { return raw, nil }
	}
	for name, s := range storages {
		if s.data == nil {
			return fmt.Errorf("storage %.80q is not in the file", name)
		}
	}
	return nil
}
