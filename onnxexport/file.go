package onnxexport

import (
	"fmt"

	"fbnas/onnx"
)

// File is an exported file in memory: a model and its metadata. A newly built
// model has no metadata until Write writes Metadata into it.
type File struct {
	Model    *onnx.Model
	Metadata Metadata
}

// FileOf is a model with its metadata, the zero value if fbnas did not export it.
func FileOf(m *onnx.Model) (File, error) {
	md, err := ReadMetadata(m)
	return File{m, md}, err
}

// Write writes a proven file to path, and its class names beside it.
func (f File) Write(path string) error {
	if err := f.Metadata.Store(f.Model); err != nil {
		return fmt.Errorf("export %s: %w", path, err)
	}
	// The labels first: they may be refused, and then there must be no model either.
	if f.Metadata.Classes != nil {
		if err := WriteLabels(LabelsPath(path), f.Metadata.Classes); err != nil {
			return err
		}
	}
	return f.Model.Write(path)
}
