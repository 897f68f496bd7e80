package onnxexport

import (
	"fmt"

	"fbnas/onnx"
)

// File is an exported file in memory: a model and its metadata. A newly built
// model has no metadata until Write writes Says into it.
type File struct {
	Model *onnx.Model
	Says  Metadata
}

// FileOf is a model with what it says of itself; Says is the zero value where it
// is not of ours.
func FileOf(m *onnx.Model) (File, error) {
	md, err := ReadMetadata(m)
	return File{m, md}, err
}

// Write writes a proven file to path, and its class names beside it.
func (f File) Write(path string) error {
	if err := f.Says.Store(f.Model); err != nil {
		return fmt.Errorf("export %s: %w", path, err)
	}
	// The labels first: they may be refused, and then there must be no model either.
	if f.Says.Classes != nil {
		if err := WriteLabels(LabelsPath(path), f.Says.Classes); err != nil {
			return err
		}
	}
	return f.Model.Write(path)
}
