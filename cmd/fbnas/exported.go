package main

import (
	"cmp"
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

// readONNX reads an ONNX file of any origin, and what it says of itself where
// fbnas has exported it.
func readONNX(path string) (*onnx.Model, onnxexport.Metadata, error) {
	m, err := onnx.Read(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, onnxexport.Metadata{}, fault.New(fault.Usage, "Give the path of an ONNX file.", "%w", err)
	}
	if err != nil {
		return nil, onnxexport.Metadata{}, fault.New(fault.Failure, cmp.Or(fault.HintOf(err), "Give an ONNX file."), "%w", err)
	}
	md, err := onnxexport.ReadMetadata(m)
	if err != nil {
		return nil, md, fmt.Errorf("%s: %w", path, err)
	}
	return m, md, nil
}

// exported reads a file that fbnas has exported.
func exported(path string) (*onnx.Model, onnxexport.Metadata, error) {
	m, md, err := readONNX(path)
	if err != nil {
		return nil, md, err
	}
	if md.Architecture == "" || md.Weights == "" {
		return nil, md, fault.New(fault.Failure, "Give a file that `fbnas export` wrote.", "%s: %w", path, errForeign)
	}
	return m, md, nil
}

// exportedArch reads the architecture that an exported file states.
func exportedArch(path string) (models.Arch, error) {
	_, md, err := exported(path)
	if err != nil {
		return models.Arch{}, err
	}
	return statedArch(path, md)
}

func statedArch(path string, md onnxexport.Metadata) (models.Arch, error) {
	arch, err := models.ParseArch([]byte(md.Architecture))
	if err != nil {
		return arch, fmt.Errorf("architecture in %s: %w", path, err)
	}
	return arch, nil
}
