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

// dataName is the name of the file for m's large initializers if m
// is written to path. It contains a digest of the content, so that the model now
// at path keeps its own file until the model is replaced.
func (m *Model) dataName(path string) string {
	hash := sha256.New()
	_ = m.writeData(hash) // a hash never fails
	return filepath.Base(path) + "." + hex.EncodeToString(hash.Sum(nil)[:6]) + ".data"
}

// placed is the offset of each tensor in the data file; -1 for those
// that stay in the model.
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

// writeData writes the large initializers, each at its offset.
func (m *Model) writeData(w io.Writer) error {
	list, end := m.Proto.GetGraph().GetInitializer(), int64(0)
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
	list := m.Proto.GetGraph().GetInitializer()
	graph, model := &onnxpb.GraphProto{}, &onnxpb.ModelProto{}
	shallowCopy(graph, m.Proto.GetGraph())
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
