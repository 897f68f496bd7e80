package main

import (
	"errors"
	"fmt"
	"io/fs"

	"fbnas/internal/fault"
	"fbnas/models"
	"fbnas/onnx"
	"fbnas/onnxexport"
)

// errForeign is an ONNX file that fbnas has not exported.
var errForeign = errors.New("the file does not state its architecture")

// exportedArch reads the architecture that an ONNX file of fbnas states.
func exportedArch(path string) (models.Arch, error) {
	m, err := onnx.Read(path)
	if errors.Is(err, fs.ErrNotExist) {
		return models.Arch{}, fault.New(fault.Usage, "Give the path of an ONNX file.", "%w", err)
	}
	if err != nil {
		return models.Arch{}, err
	}
	md, err := onnxexport.ReadMetadata(m)
	if err != nil {
		return models.Arch{}, fmt.Errorf("%s: %w", path, err)
	}
	if md.Architecture == "" {
		return models.Arch{}, fault.New(fault.Failure, "This version describes networks that fbnas export has written.", "%s: %w", path, errForeign)
	}
	arch, err := models.ParseArch([]byte(md.Architecture))
	if err != nil {
		return arch, fmt.Errorf("architecture in %s: %w", path, err)
	}
	return arch, nil
}
