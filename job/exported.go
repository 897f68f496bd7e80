package job

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

// ErrForeign is the error for an ONNX file that fbnas did not export.
var ErrForeign = errors.New("the file does not state its architecture")

// ReadONNX reads an ONNX file of any origin, with its metadata if fbnas exported
// it.
func ReadONNX(path string) (onnxexport.File, error) {
	m, err := onnx.Read(path)
	if errors.Is(err, fs.ErrNotExist) {
		return onnxexport.File{}, fault.New(fault.Usage, "Give the path of an ONNX file.", "%w", err)
	}
	if err != nil {
		return onnxexport.File{}, fault.New(fault.Failure, cmp.Or(fault.HintOf(err), "Give an ONNX file."), "%w", err)
	}
	f, err := onnxexport.FileOf(m)
	if err != nil {
		return f, fmt.Errorf("%s: %w", path, err)
	}
	return f, nil
}

// ReadExported reads a file that fbnas exported.
func ReadExported(path string) (onnxexport.File, error) {
	f, err := ReadONNX(path)
	if err != nil {
		return f, err
	}
	if f.Metadata.Architecture == "" || f.Metadata.Weights == "" {
		return f, fault.New(fault.Failure, "Give a file that `fbnas export` wrote.", "%s: %w", path, ErrForeign)
	}
	return f, nil
}

// StatedArch is the architecture that an exported file states.
func StatedArch(path string, md onnxexport.Metadata) (models.Arch, error) {
	arch, err := models.ParseArch([]byte(md.Architecture))
	if err != nil {
		return arch, fmt.Errorf("architecture in %s: %w", path, err)
	}
	return arch, nil
}
