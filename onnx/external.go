package onnx

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"iter"
	"os"
	"path/filepath"
	"regexp"
	"strconv"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"

	"fbnas/internal/atomicfile"
	"fbnas/onnx/onnxpb"
)

// External data: each large tensor starts at a multiple of a page, so that a
// runtime can map it; smaller tensors stay in the model.
const (
	externalAlign = 4096
	externalMin   = 1024
)

// tensors yields every tensor of a graph: initializers, attributes and those
// of subgraphs.
func tensors(g *onnxpb.GraphProto) iter.Seq[*onnxpb.TensorProto] {
	return func(yield func(*onnxpb.TensorProto) bool) { eachTensor(g, yield) }
}

func eachTensor(g *onnxpb.GraphProto, yield func(*onnxpb.TensorProto) bool) bool {
	all := func(list ...*onnxpb.TensorProto) bool {
		for _, t := range list {
			if t != nil && !yield(t) {
				return false
			}
		}
		return true
	}
	if !all(g.GetInitializer()...) {
		return false
	}
	for _, n := range g.GetNode() {
		for _, a := range n.GetAttribute() {
			if !all(a.GetT()) || !all(a.GetTensors()...) || !eachTensor(a.GetG(), yield) {
				return false
			}
			for _, sub := range a.GetGraphs() {
				if !eachTensor(sub, yield) {
					return false
				}
			}
		}
	}
	return true
}

func isExternal(t *onnxpb.TensorProto) bool {
	return t.GetDataLocation() == onnxpb.TensorProto_EXTERNAL
}

// splitOff writes m's large initializers to a file beside path and gives a
// model that refers to it, and the file's name. The name holds a digest of the
// content, so that the model now at path keeps the file that belongs to it
// until it is replaced.
func (m *Model) splitOff(path string) (*Model, string, error) {
	hash := sha256.New()
	if err := writeExternal(hash, m.Proto.Graph.Initializer); err != nil {
		return nil, "", err
	}
	name := filepath.Base(path) + "." + hex.EncodeToString(hash.Sum(nil)[:6]) + ".data"
	err := atomicfile.Write(filepath.Join(filepath.Dir(path), name), func(w io.Writer) error {
		return writeExternal(w, m.Proto.Graph.Initializer)
	})
	if err != nil {
		return nil, "", err
	}
	return m.referringTo(name), name, nil
}

// placed says where in the data file each of the tensors goes; -1 for those
// that stay.
func placed(list []*onnxpb.TensorProto) []int64 {
	at, end := make([]int64, len(list)), int64(0)
	for i, t := range list {
		if at[i] = -1; len(t.RawData) >= externalMin {
			at[i] = (end + externalAlign - 1) / externalAlign * externalAlign
			end = at[i] + int64(len(t.RawData))
		}
	}
	return at
}

func writeExternal(w io.Writer, list []*onnxpb.TensorProto) error {
	end := int64(0)
	for i, at := range placed(list) {
		if at < 0 {
			continue
		}
		if _, err := w.Write(make([]byte, at-end)); err != nil {
			return err
		}
		if _, err := w.Write(list[i].RawData); err != nil {
			return err
		}
		end = at + int64(len(list[i].RawData))
	}
	return nil
}

// referringTo is a copy of m whose large initializers refer to a data file;
// everything else is shared with m.
func (m *Model) referringTo(name string) *Model {
	list := m.Proto.Graph.Initializer
	graph, model := &onnxpb.GraphProto{}, &onnxpb.ModelProto{}
	shallowCopy(graph, m.Proto.Graph)
	shallowCopy(model, m.Proto)
	graph.Initializer = make([]*onnxpb.TensorProto, len(list))
	for i, at := range placed(list) {
		graph.Initializer[i] = list[i]
		if at < 0 {
			continue
		}
		t := &onnxpb.TensorProto{}
		shallowCopy(t, list[i])
		t.RawData = nil
		t.DataLocation = onnxpb.TensorProto_EXTERNAL.Enum()
		for _, e := range [][2]string{
			{"location", name},
			{"offset", strconv.FormatInt(at, 10)},
			{"length", strconv.Itoa(len(list[i].RawData))},
		} {
			t.ExternalData = append(t.ExternalData,
				&onnxpb.StringStringEntryProto{Key: proto.String(e[0]), Value: proto.String(e[1])})
		}
		graph.Initializer[i] = t
	}
	model.Graph = graph
	return &Model{model}
}

// shallowCopy sets dst's fields to src's, unknown ones included.
func shallowCopy(dst, src proto.Message) {
	d, s := dst.ProtoReflect(), src.ProtoReflect()
	s.Range(func(field protoreflect.FieldDescriptor, v protoreflect.Value) bool {
		d.Set(field, v)
		return true
	})
	d.SetUnknown(s.GetUnknown())
}

// removeStale deletes the data files of earlier versions of the model at path.
func removeStale(path, keep string) error {
	entries, err := os.ReadDir(filepath.Dir(path))
	if err != nil {
		return err
	}
	ours := regexp.MustCompile(`^` + regexp.QuoteMeta(filepath.Base(path)) + `\.[0-9a-f]{12}\.data$`)
	for _, e := range entries {
		if ours.MatchString(e.Name()) && e.Name() != keep {
			if err := os.Remove(filepath.Join(filepath.Dir(path), e.Name())); err != nil {
				return fmt.Errorf("remove data of an earlier model: %w", err)
			}
		}
	}
	return nil
}

// loadExternal reads into m the tensors that it keeps in files of dir. Those
// files have to lie inside dir (no "..", no link that leads out of it), and
// what the tensors take of one must not add up to more than its size, so that
// a small hostile model cannot ask for unlimited memory.
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
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, fmt.Errorf("%s is not a regular file", ref.location)
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
	f, err := root.Open(ref.location)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	raw := make([]byte, ref.length)
	_, err = f.ReadAt(raw, ref.offset)
	return raw, err
}

type externalRef struct {
	location       string
	offset, length int64 // length -1: up to the end of the file
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
		return ref, fmt.Errorf("location %q is not a file in the model's folder", ref.location)
	}
	return ref, nil
}

func parseSize(s string) (int64, error) {
	n, err := strconv.ParseUint(s, 10, 62)
	return int64(n), err
}
