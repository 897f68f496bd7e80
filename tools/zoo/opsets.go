package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"

	"fbnas/graph/lower"
	"fbnas/internal/process"
	"fbnas/internal/python"
	"fbnas/models"
	"fbnas/onnx"
	"fbnas/onnxexport"
)

// checkScript runs ONNX's own checker over files; Debian's version knows opsets
// up to checkedOpset.
const (
	checkScript  = "import sys, onnx\nfor path in sys.argv[1:]: onnx.checker.check_model(onnx.load(path), full_check=True)"
	checkedOpset = 17
)

// opsets is the line of a network whose files for every opset were written, run
// and checked without an error.
type opsets struct {
	Name    string `json:"name"`
	Opsets  []int  `json:"opsets"`  // those with exactly the same logits that fbnas's checker accepts
	Checked []int  `json:"checked"` // those that ONNX's own checker accepts; empty without it
}

// checkOpsets writes a line for each network.
func (o options) checkOpsets(ctx context.Context, stdout, stderr io.Writer) error {
	checker, err := python.Find(ctx, "onnx.checker")
	if err != nil {
		fmt.Fprintln(stderr, "zoo: without ONNX's own checker: on Debian: apt-get install python3-onnx:", err)
	}
	return o.each(func(name string) error {
		line, err := opsetsOf(ctx, name, checker)
		if err != nil {
			return err
		}
		return json.NewEncoder(stdout).Encode(line)
	})
}

func opsetsOf(ctx context.Context, name, checker string) (opsets, error) {
	line := opsets{Name: name, Checked: []int{}}
	arch, err := models.LoadArch(name)
	if err != nil {
		return line, err
	}
	blocks, err := arch.Resolve()
	if err != nil {
		return line, err
	}
	folder, err := os.MkdirTemp("", "fbnas-zoo-")
	if err != nil {
		return line, err
	}
	defer os.RemoveAll(folder)
	spec := onnxexport.Spec{Name: name, Blocks: blocks, Weights: onnxexport.RandomWeights(blocks, 1)}
	image, command := noise(blocks[0]), []string{checker, "-c", checkScript}
	var first []float64
	for spec.Opset = lower.MinOpset; spec.Opset <= lower.MaxOpset; spec.Opset++ {
		path := filepath.Join(folder, fmt.Sprintf("%d.onnx", spec.Opset))
		logits, err := exportAndRun(ctx, spec, path, image)
		if err != nil {
			return line, fmt.Errorf("opset %d: %w", spec.Opset, err)
		}
		if first == nil {
			first = logits
		}
		if !slices.Equal(logits, first) {
			return line, fmt.Errorf("opset %d gives other logits than opset %d", spec.Opset, lower.MinOpset)
		}
		line.Opsets = append(line.Opsets, spec.Opset)
		if checker != "" && spec.Opset <= checkedOpset {
			line.Checked, command = append(line.Checked, spec.Opset), append(command, path)
		}
	}
	if checker == "" {
		return line, nil
	}
	_, err = process.Output(ctx, nil, nil, command...)
	return line, err
}

func exportAndRun(ctx context.Context, spec onnxexport.Spec, path string, image []float32) ([]float64, error) {
	m, err := onnxexport.Export(spec)
	if err != nil {
		return nil, err
	}
	if err := onnx.Check(m); err != nil {
		return nil, err
	}
	if err := m.Write(path); err != nil {
		return nil, err
	}
	return runFile(ctx, path, image)
}
