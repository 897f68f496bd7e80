package onnx

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"

	"fbnas/internal/fault"
	"fbnas/internal/lfs"
	"fbnas/onnx/onnxpb"
)

// loadExternal reads into m the tensors that it keeps in files of dir. Those
// files have to be inside dir (no "..", no link that leads out of it), and
// the tensors of one file must not add up to more than its size, so that
// a small hostile model cannot make us allocate unlimited memory.
func loadExternal(m *Model, dir string) error {
	var root *os.Root
	budget := map[string]int64{}
	for t := range tensors(m.Proto.Graph) {
		if !isExternal(t) {
			continue
		}
		if root == nil {
			var err error
			if root, err = os.OpenRoot(dir); err != nil {
				return err
			}
			defer root.Close()
		}
		raw, err := readExternal(root, t, budget)
		if err != nil {
			return fmt.Errorf("data of tensor %q: %w", t.GetName(), err)
		}
		t.RawData, t.ExternalData, t.DataLocation = raw, nil, nil
	}
	return nil
}

func readExternal(root *os.Root, t *onnxpb.TensorProto, budget map[string]int64) ([]byte, error) {
	ref, err := externalRefOf(t)
	if err != nil {
		return nil, err
	}
	info, err := root.Stat(ref.location)
	if err != nil {
		return nil, unreached(root, ref.location, err)
	}
	if !info.Mode().IsRegular() {
		return nil, fmt.Errorf("%s is not a regular file", ref.location)
	}
	f, err := root.Open(ref.location)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	head := make([]byte, lfs.HeadBytes)
	n, _ := f.ReadAt(head, 0) // a short file has fewer bytes
	if err := lfs.Bytes(ref.location, head[:n]); err != nil {
		return nil, err
	}
	if ref.length < 0 {
		ref.length = info.Size() - ref.offset
	}
	if _, seen := budget[ref.location]; !seen {
		budget[ref.location] = info.Size()
	}
	if ref.length < 0 || ref.length > info.Size() || ref.offset > info.Size()-ref.length {
		return nil, fmt.Errorf("%d bytes at %d, but %s has %d", ref.length, ref.offset, ref.location, info.Size())
	}
	if budget[ref.location] -= ref.length; budget[ref.location] < 0 {
		return nil, fmt.Errorf("the tensors in %s add up to more than it holds", ref.location)
	}
	raw := make([]byte, ref.length)
	if _, err := f.ReadAt(raw, ref.offset); err != nil {
		return nil, err
	}
	return raw, nil
}

// unreached says what to do about a file that the model names and that is missing
// in its folder.
func unreached(root *os.Root, location string, err error) error {
	const hint = "Put it into the model's folder under this name: the model keeps tensors in it."
	switch _, outside := os.Stat(filepath.Join(root.Name(), location)); {
	case errors.Is(err, fs.ErrNotExist):
		return fault.New(fault.Failure, hint, "%s is missing", location)
	case outside == nil:
		return fault.New(fault.Failure, "Copy the file that it points to into the model's folder under this name.",
			"%s is a link to a file outside the model's folder", location)
	}
	return err
}

type externalRef struct {
	location       string
	offset, length int64 // length -1: to the end of the file
}

func externalRefOf(t *onnxpb.TensorProto) (externalRef, error) {
	ref := externalRef{length: -1}
	for _, e := range t.GetExternalData() {
		var err error
		switch e.GetKey() {
		case "location":
			ref.location = filepath.Clean(filepath.FromSlash(e.GetValue()))
		case "offset":
			ref.offset, err = parseSize(e.GetValue())
		case "length":
			ref.length, err = parseSize(e.GetValue())
		}
		if err != nil {
			return ref, fmt.Errorf("%s: %w", e.GetKey(), err)
		}
	}
	if !filepath.IsLocal(ref.location) {
		return ref, fault.New(fault.Failure, "Save the model again, with its data in its own folder.", "location %q is not a file in the model's folder", ref.location)
	}
	return ref, nil
}

func parseSize(s string) (int64, error) {
	n, err := strconv.ParseUint(s, 10, 62)
	return int64(n), err
}
