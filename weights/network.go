package weights

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"fbnas/dataset"
	"fbnas/graph"
	"fbnas/internal/atomicfile"
	"fbnas/internal/convert"
	"fbnas/internal/fault"
	"fbnas/internal/safetensors"
	"fbnas/models"
	"fbnas/train"
)

// Network is a trained network with everything that is needed to use it: the content
// of weights.safetensors.
type Network struct {
	Arch          models.Arch
	Classes       []string
	Preprocessing dataset.Preprocessing
	Data          string         // digest of the data that it was trained on; "" if unknown
	Test          train.Accuracy // on the test images; zero if not measured
	Values        map[string][]float64
}

// Names of the metadata in the file.
const (
	archKey          = "fbnas.arch"
	classesKey       = "fbnas.classes"
	preprocessingKey = "fbnas.preprocessing"
	testKey          = "fbnas.test"
	dataKey          = "fbnas.data_sha256" // absent if unknown
)

// Write replaces the file at path. Tensors are in the order of
// models.Params, as F32, the type in which the engines train.
func (n Network) Write(path string) error {
	blocks, err := n.Arch.Resolve()
	if err != nil {
		return err
	}
	file := safetensors.File{Metadata: map[string]string{archKey: string(n.Arch.YAML())}}
	for key, v := range map[string]any{classesKey: n.Classes, preprocessingKey: n.Preprocessing, testKey: n.Test} {
		text, err := json.Marshal(v)
		if err != nil {
			return err
		}
		file.Metadata[key] = string(text)
	}
	if n.Data != "" {
		file.Metadata[dataKey] = n.Data
	}
	for _, p := range models.Params(blocks) {
		v, ok := n.Values[p.Name]
		if !ok || len(v) != graph.Shape(p.Shape).Len() {
			return fmt.Errorf("write %s: %s has %d values, want the shape %v", path, p.Name, len(v), p.Shape)
		}
		file.Tensors = append(file.Tensors, safetensors.Tensor{Name: p.Name, Shape: p.Shape, Data: convert.Slice[float32](v)})
	}
	return atomicfile.Write(path, func(out io.Writer) error { return safetensors.Write(out, file) })
}

// holdsNetwork reports whether metadata is that of a file that Write wrote.
func holdsNetwork(metadata map[string]string) bool { return metadata[archKey] != "" }

// Read reads a file that Write wrote.
func Read(path string) (Network, error) {
	file, err := safetensors.Read(path)
	if err != nil {
		return Network{}, err
	}
	n := Network{Values: map[string][]float64{}, Data: file.Metadata[dataKey]}
	foreign := func(err error) (Network, error) {
		return Network{}, fault.New(fault.Failure, "Give the weights.safetensors of a run of `fbnas train`.",
			"%s holds no network of fbnas: %w", path, err)
	}
	if n.Arch, err = models.ParseArch([]byte(file.Metadata[archKey])); err != nil {
		return foreign(err)
	}
	for key, v := range map[string]any{classesKey: &n.Classes, preprocessingKey: &n.Preprocessing, testKey: &n.Test} {
		if err := json.Unmarshal([]byte(file.Metadata[key]), v); err != nil {
			return foreign(fmt.Errorf("metadata %s: %w", key, err))
		}
	}
	for _, t := range file.Tensors {
		data, ok := t.Data.([]float32)
		if !ok {
			return foreign(fmt.Errorf("%s is %T, not F32", t.Name, t.Data))
		}
		n.Values[t.Name] = convert.Slice[float64](data)
	}
	if err := n.check(); err != nil {
		return foreign(err)
	}
	return n, nil
}

// check compares the tensors with those of the architecture.
func (n Network) check() error {
	blocks, err := n.Arch.Resolve()
	if err != nil {
		return err
	}
	var problems []error
	for _, p := range models.Params(blocks) {
		if v := n.Values[p.Name]; len(v) != graph.Shape(p.Shape).Len() {
			problems = append(problems, fmt.Errorf("%s has %d values, want the shape %v", p.Name, len(v), p.Shape))
		}
	}
	return errors.Join(problems...)
}
