package weights

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"

	"fbnas/dataset"
	"fbnas/internal/fault"
	"fbnas/internal/lfs"
	"fbnas/internal/safetensors"
	"fbnas/internal/torchfile"
	"fbnas/models"
	"fbnas/onnx"
	"fbnas/onnxexport"
	"fbnas/train"
)

// Format is a format of files of weights.
type Format string

// The formats.
const (
	Safetensors Format = "safetensors"
	PyTorch     Format = "PyTorch"
	ONNX        Format = "ONNX"
)

// File is an opened file of weights with its metadata, which is empty if
// the file is not fbnas's.
type File struct {
	Path          string
	Format        Format
	Arch          *models.Arch           // nil if the file does not state it
	Classes       []string               // nil if the file does not name them
	Preprocessing *dataset.Preprocessing // nil if the file does not state it
	Test          train.Accuracy         // on the test images; zero if not measured
	Data          string                 // digest of the data that they were trained on; "" if the file does not state it

	tensors []tensor    // of a file of named tensors
	own     bool        // they have the names of models.Params
	model   *onnx.Model // of an ONNX file
	close   func() error
}

// tensor is one array of a file under the file's name for it.
type tensor struct {
	name   string
	shape  []int
	values func() ([]float64, error)
}

// Open reads the file at path: safetensors, ONNX, or a file of torch.save,
// distinguished by its first bytes.
func Open(path string) (*File, error) {
	if err := lfs.Check(path); err != nil {
		return nil, err
	}
	head, err := firstBytes(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fault.New(fault.Usage, "Give the path of a file of weights.", "%w", err)
	}
	if err != nil {
		return nil, fmt.Errorf("read weights: %w", err)
	}
	open := (*File).openONNX
	switch {
	case bytes.HasPrefix(head, []byte("PK\x03\x04")) || bytes.HasPrefix(head, []byte("\x80\x02")):
		open = (*File).openPyTorch
	case len(head) > 8 && head[8] == '{' && binary.LittleEndian.Uint64(head) < 1<<32: // a header of that length
		open = (*File).openSafetensors
	}
	f := &File{Path: path, close: func() error { return nil }}
	if err := open(f); err != nil {
		return nil, fault.New(fault.CodeOf(err), "Weights are read from safetensors and ONNX files, and from state dicts that torch.save wrote.", "%w", err)
	}
	return f, nil
}

// Close closes the file, so that tensors can no longer be read.
func (f *File) Close() error { return f.close() }

func firstBytes(path string) ([]byte, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	head := make([]byte, 16)
	n, err := io.ReadFull(file, head)
	if errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, io.EOF) {
		err = nil
	}
	return head[:n], err
}

// openSafetensors reads our own files with all their metadata, and those of
// others as named tensors.
func (f *File) openSafetensors() error {
	f.Format = Safetensors
	metadata, err := safetensors.ReadMetadata(f.Path)
	if err != nil {
		return err
	}
	if holdsNetwork(metadata) {
		return f.openOwn()
	}
	content, err := safetensors.Read(f.Path)
	if err != nil {
		return err
	}
	for _, t := range content.Tensors {
		f.tensors = append(f.tensors, tensor{t.Name, t.Shape, func() ([]float64, error) { return t.Float64s(), nil }})
	}
	return nil
}

func (f *File) openOwn() error {
	w, err := Read(f.Path)
	if err != nil {
		return err
	}
	blocks, err := w.Arch.Resolve()
	if err != nil {
		return err
	}
	f.own = true
	f.Arch, f.Classes, f.Test, f.Data = &w.Arch, w.Classes, w.Test, w.Data
	if w.Preprocessing.Channels > 0 {
		f.Preprocessing = &w.Preprocessing
	}
	for _, p := range models.Params(blocks) {
		f.tensors = append(f.tensors, tensor{p.Name, p.Shape, func() ([]float64, error) { return w.Values[p.Name], nil }})
	}
	return nil
}

// stateDicts are the keys under which checkpoints keep a network. Averaged
// weights come before those of the last step, since they are the published ones.
var stateDicts = []string{"model_ema", "state_dict_ema", "state_dict", "model"}

// stateDict is what a file holds, or the state dict in it where that is a
// checkpoint; nil where it holds no dict.
func stateDict(root any) *torchfile.Dict {
	d, ok := root.(*torchfile.Dict)
	if !ok {
		return nil
	}
	for _, key := range stateDicts {
		if inner, ok := d.Values[key].(*torchfile.Dict); ok {
			return inner
		}
	}
	return d
}

// openPyTorch reads a state dict, or the one in a checkpoint.
func (f *File) openPyTorch() error {
	f.Format = PyTorch
	file, err := torchfile.Open(f.Path)
	if err != nil {
		return err
	}
	f.close = file.Close
	if d := stateDict(file.Root); d != nil {
		for _, name := range d.Keys {
			if t, ok := d.Values[name].(*torchfile.Tensor); ok {
				f.tensors = append(f.tensors, tensor{name, t.Shape, t.Float64s})
			}
		}
	}
	if len(f.tensors) == 0 {
		return errors.Join(fmt.Errorf("read %s: no tensors by name in it", f.Path), file.Close())
	}
	return nil
}

func (f *File) openONNX() error {
	f.Format = ONNX
	m, err := onnx.Read(f.Path)
	if err != nil {
		return err
	}
	f.model = m
	md, err := onnxexport.ReadMetadata(m)
	if err != nil {
		return fmt.Errorf("read %s: %w", f.Path, err)
	}
	if md.Architecture == "" {
		return nil
	}
	arch, err := models.ParseArch([]byte(md.Architecture))
	if err != nil {
		return fmt.Errorf("read %s: its architecture: %w", f.Path, err)
	}
	f.Arch, f.Classes, f.Preprocessing, f.Data = &arch, md.Classes, md.Preprocessing, md.Data
	if a := md.Accuracy; a != nil {
		f.Test = train.Accuracy{Correct: int(a.Top1*float64(a.Images) + .5), Images: a.Images}
	}
	return nil
}
