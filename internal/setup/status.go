package setup

import (
	"path/filepath"

	"fbnas/internal/fault"
)

// ItemStatus is what the cache holds of one item.
type ItemStatus struct {
	Item    Item
	What    string // in words
	Ready   bool
	Version string // empty where it is not ready
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
	cache, err := Cache()
	if err != nil {
		return "", err
	}
	r, ok := find(items, item)
	if !ok {
		return "", fault.New(fault.Failure, "Set FBNAS_ORT_LIB to a libonnxruntime.so for this processor.", "set-up has no %s", item)
	}
	if _, err := r.ready(cache); err != nil {
		return "", fault.New(fault.Failure, "Run: fbnas setup "+string(item), "%s is not in the cache %s: %w", r.what, cache, err)
	}
	return filepath.Join(r.home(cache), filepath.FromSlash(sub)), nil
}
