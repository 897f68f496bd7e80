package setup

import (
	"path/filepath"
	"slices"
	"strings"

	"fbnas/internal/fault"
)

// ItemStatus says what the cache contains of one item.
type ItemStatus struct {
	Item    Item
	What    string // a description
	Ready   bool
	Version string // empty if it is not ready
	Path    string // where it is, or will be
	Reason  string // why it is not ready
}

// Status reports on the given items, without touching the network.
func Status(wanted ...Item) ([]ItemStatus, error) {
	cache, err := Cache()
	if err != nil {
		return nil, err
	}
	var out []ItemStatus
	for _, item := range wanted {
		r, ok := find(items, item)
		if !ok {
			out = append(out, ItemStatus{Item: item, What: string(item), Reason: "set-up has no such item"})
			continue
		}
		s := ItemStatus{Item: item, What: r.what, Path: r.home(cache)}
		if m, err := r.ready(cache); err != nil {
			s.Reason = err.Error()
		} else {
			s.Ready, s.Version = true, m.Version
		}
		out = append(out, s)
	}
	return out, nil
}

// FashionMNIST returns the folder of Fashion-MNIST's four gzipped IDX files.
func FashionMNIST() (string, error) { return folder(Fashion, fashionDir) }

// ONNXTestdata returns the folder of ONNX's conformance vectors; in it, node/
// has one folder for each operator test, with model.onnx and
// test_data_set_*/{input,output}_*.pb.
func ONNXTestdata() (string, error) { return folder(Conformance, vectorsDir) }

// folder returns a folder of an item that is in the cache.
func folder(item Item, sub string) (string, error) {
	if _, err := Files(item); err != nil {
		return "", err
	}
	cache, err := Cache()
	if err != nil {
		return "", err
	}
	r, _ := find(items, item)
	return filepath.Join(r.home(cache), filepath.FromSlash(sub)), nil
}

// Files returns the paths of the files of items that are in the cache, in the
// order of the table of items.
func Files(wanted ...Item) ([]string, error) {
	cache, err := Cache()
	if err != nil {
		return nil, err
	}
	var out []string
	for _, item := range wanted {
		r, ok := find(items, item)
		if !ok {
			return nil, fault.New(fault.Failure, "Set FBNAS_ORT_LIB to a libonnxruntime.so for this processor.", "set-up has no %s", item)
		}
		if _, err := r.ready(cache); err != nil {
			return nil, fault.New(fault.Failure, "Run: fbnas setup "+words(wanted), "%s is not in the cache %s: %w", r.what, cache, err)
		}
		for _, f := range r.files {
			out = append(out, filepath.Join(r.home(cache), filepath.FromSlash(f.path)))
		}
	}
	return out, nil
}

// Program returns the program of an item, and the variables (KEY=value)
// that it needs in addition to the environment: its libraries are in the cache too.
func Program(item Item) (path string, env []string, err error) {
	files, err := Files(item)
	if err != nil {
		return "", nil, err
	}
	var libraries []string
	for _, f := range files[1:] {
		if dir := filepath.Dir(f); strings.Contains(filepath.Base(f), ".so.") && !slices.Contains(libraries, dir) {
			libraries = append(libraries, dir)
		}
	}
	if len(libraries) > 0 {
		env = []string{"LD_LIBRARY_PATH=" + strings.Join(libraries, ":")}
	}
	return files[0], env, nil
}

func words(items []Item) string {
	var out []string
	for _, item := range items {
		out = append(out, string(item))
	}
	return strings.Join(out, " ")
}
