package train

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
)

// Weights is a trained network with all that is needed to use it: the content
// of weights.safetensors.
type Weights struct {
	Arch          models.Arch
	Classes       []string
	Preprocessing dataset.Preprocessing
	Data          string   // digest of what it was trained on; "" where that is not known
	Test          Accuracy // on the test images; zero when not measured
	Values        map[string][]float64
}

// Names of the metadata in the file.
const (
	archKey          = "fbnas.arch"
	classesKey       = "fbnas.classes"
	preprocessingKey = "fbnas.preprocessing"
	testKey          = "fbnas.test"
	dataKey          = "fbnas.data_sha256" // absent where that is not known
)

// Write replaces the file at path. Tensors stand in the order of
// models.Params, as F32: the engines that train compute with it.
func (w Weights) Write(path string) error {
	blocks, err := w.Arch.Resolve()
	if err != nil {
		return err
	}
	file := safetensors.File{Metadata: map[string]string{archKey: string(w.Arch.YAML())}}
	for key, v := range map[string]any{classesKey: w.Classes, preprocessingKey: w.Preprocessing, testKey: w.Test} {
		text, err := json.Marshal(v)
		if err != nil {
			return err
		}
		file.Metadata[key] = string(text)
	}
	if w.Data != "" {
		file.Metadata[dataKey] = w.Data
	}
	for _, p := range models.Params(blocks) {
		v, ok := w.Values[p.Name]
		if !ok || len(v) != graph.Shape(p.Shape).Len() {
			return fmt.Errorf("write %s: %s has %d values, want the shape %v", path, p.Name, len(v), p.Shape)
		}
		file.Tensors = append(file.Tensors, safetensors.Tensor{Name: p.Name, Shape: p.Shape, Data: convert.Slice[float32](v)})
	}
	return atomicfile.Write(path, func(out io.Writer) error { return safetensors.Write(out, file) })
}

// HoldsNetwork reports whether metadata is that of a file that Write wrote.
func HoldsNetwork(metadata map[string]string) bool { return metadata[archKey] != "" }

// ReadWeights reads a file that Write wrote.
func ReadWeights(path string) (Weights, error) {
	file, err := safetensors.Read(path)
	if err != nil {
		return Weights{}, err
	}
	w := Weights{Values: map[string][]float64{}, Data: file.Metadata[dataKey]}
	foreign := func(err error) (Weights, error) {
		return Weights{}, fault.New(fault.Failure, "Give the weights.safetensors of a run of `fbnas train`.",
			"%s holds no network of fbnas: %w", path, err)
	}
	if w.Arch, err = models.ParseArch([]byte(file.Metadata[archKey])); err != nil {
		return foreign(err)
	}
	for key, v := range map[string]any{classesKey: &w.Classes, preprocessingKey: &w.Preprocessing, testKey: &w.Test} {
		if err := json.Unmarshal([]byte(file.Metadata[key]), v); err != nil {
			return foreign(fmt.Errorf("metadata %s: %w", key, err))
		}
	}
	for _, t := range file.Tensors {
		data, ok := t.Data.([]float32)
		if !ok {
			return foreign(fmt.Errorf("%s is %T, not F32", t.Name, t.Data))
		}
		w.Values[t.Name] = convert.Slice[float64](data)
	}
	if err := w.check(); err != nil {
		return foreign(err)
	}
	return w, nil
}

// check compares the tensors with what the architecture has.
func (w Weights) check() error {
	blocks, err := w.Arch.Resolve()
	if err != nil {
		return err
	}
	var problems []error
	for _, p := range models.Params(blocks) {
		if v := w.Values[p.Name]; len(v) != graph.Shape(p.Shape).Len() {
			problems = append(problems, fmt.Errorf("%s has %d values, want the shape %v", p.Name, len(v), p.Shape))
		}
	}
	return errors.Join(problems...)
}
