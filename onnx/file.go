package onnx

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"google.golang.org/protobuf/proto"

	"fbnas/internal/atomicfile"
	"fbnas/internal/fault"
	"fbnas/internal/lfs"
	"fbnas/onnx/onnxpb"
)

// maxMessage is the longest protobuf message that other readers accept: 2 GiB
// minus one byte.
const maxMessage = 1<<31 - 1

// maxNesting bounds subgraphs inside attributes; each level takes three
// messages.
const maxNesting = 100

// HasExtension reports whether a path has the extension of ONNX files, in upper or
// lower case.
func HasExtension(path string) bool { return strings.EqualFold(filepath.Ext(path), ".onnx") }

// ErrFormat is wrapped by the errors for data that is not an ONNX model.
var ErrFormat = errors.New("not an ONNX model")

// Decode reads a model from memory. It refuses a model that keeps tensors in
// other files, which [Read] can find.
func Decode(data []byte) (*Model, error) {
	m, err := decode(data)
	if err != nil {
		return nil, err
	}
	for t := range tensors(m.Proto.GetGraph()) {
		if isExternal(t) {
			return nil, fmt.Errorf("decode ONNX model: tensor %q keeps its data in another file", t.GetName())
		}
	}
	return m, nil
}

func decode(data []byte) (*Model, error) {
	if len(data) > maxMessage {
		return nil, fmt.Errorf("decode ONNX model: %d bytes, more than the %d of a protobuf message", len(data), maxMessage)
	}
	if err := checkParts(data); err != nil {
		return nil, fmt.Errorf("decode ONNX model: %w", err)
	}
	m := &onnxpb.ModelProto{}
	if err := (proto.UnmarshalOptions{RecursionLimit: maxNesting}).Unmarshal(data, m); err != nil {
		return nil, fmt.Errorf("decode ONNX model: %w: %w", ErrFormat, err)
	}
	if m.Graph == nil {
		return nil, fmt.Errorf("decode ONNX model: %w: no graph in it", ErrFormat)
	}
	return &Model{m}, nil
}

// Read reads the model file at path, and into memory the files beside it that
// contain its large tensors.
func Read(path string) (*Model, error) {
	if err := lfs.Check(path); err != nil {
		return nil, err
	}
	data, err := readLimited(path, maxMessage)
	if err != nil {
		return nil, fmt.Errorf("read ONNX model: %w", err)
	}
	m, err := decode(data)
	if err == nil {
		err = loadExternal(m, filepath.Dir(path))
	}
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", path, err)
	}
	return m, nil
}

// readLimited reads a regular file of at most limit bytes.
func readLimited(path string, limit int64) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() || info.Size() > limit {
		return nil, fmt.Errorf("%s: not a file of at most %d bytes", path, limit)
	}
	data := make([]byte, info.Size())
	if _, err := io.ReadFull(f, data); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return data, nil
}

// Bytes is the model as one message, the same bytes for the same model. A
// model above 2 GB is refused: only [Model.Write] can store it.
func (m *Model) Bytes() ([]byte, error) { return m.bytes(maxMessage) }

func (m *Model) bytes(limit int) ([]byte, error) {
	if size := proto.Size(m.Proto); size > limit {
		return nil, fault.New(fault.Failure, "Write it to a file: large tensors then go into a second file beside it.",
			"ONNX model of %d bytes, more than the %d of a protobuf message", size, limit)
	}
	data, err := proto.MarshalOptions{Deterministic: true}.Marshal(m.Proto)
	if err != nil {
		return nil, fmt.Errorf("encode ONNX model: %w", err)
	}
	return data, nil
}

// Write replaces the file at path by the model; a crash leaves the old model
// or the new one. Above 2 GB the large initializers go into a second file beside
// it, path.<digest>.data, and second files of earlier versions are removed.
func (m *Model) Write(path string) error { return m.write(path, maxMessage) }

func (m *Model) write(path string, limit int) error {
	stored, second := m, ""
	if proto.Size(m.Proto) > limit {
		second = m.dataName(path)
		stored = m.referringTo(second)
	}
	data, err := stored.bytes(limit)
	if err != nil {
		return fmt.Errorf("write %s: %w", path, err)
	}
	if second != "" {
		if err := atomicfile.Write(filepath.Join(filepath.Dir(path), second), m.writeData); err != nil {
			return err
		}
	}
	if err := atomicfile.WriteBytes(path, data); err != nil {
		return err
	}
	return removeStale(path, second)
}
