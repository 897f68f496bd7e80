package main

import (
	"bytes"
	"context"
	_ "embed"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strings"

	"fbnas/engine"
	"fbnas/engine/ort"
	"fbnas/internal/process"
	"fbnas/internal/python"
	"fbnas/internal/random"
	"fbnas/internal/setup"
	"fbnas/models"
	"fbnas/onnxexport"
)

// exportScript builds in PyTorch what models.Block describes and exports it.
//
//go:embed export.py
var exportScript string

// torchOpset is the newest of PyTorch 1.13, and fbnas's default.
const torchOpset = "17"

func findTorch(ctx context.Context) (string, error) {
	found, err := python.Find(ctx, "torch", "onnx")
	if err != nil {
		err = fmt.Errorf("on Debian: apt-get install python3-torch python3-onnx: %w", err)
	}
	return found, err
}

func torchFile(ours string) string {
	return strings.TrimSuffix(ours, filepath.Ext(ours)) + ".torch.onnx"
}

// exportByTorch writes PyTorch's file beside fbnas's, with the same weights, and
// compares the logits of both.
func (t tools) exportByTorch(ctx context.Context, ours string, blocks []models.Block) (*peerFile, error) {
	description, err := json.Marshal(blocks)
	if err != nil {
		return nil, err
	}
	theirs := torchFile(ours)
	out, err := process.Output(ctx, bytes.NewReader(description), nil, t.torch, "-c", exportScript, ours, theirs, torchOpset)
	if err != nil {
		return nil, err
	}
	var p peerFile
	if err := json.Unmarshal(out[bytes.LastIndexByte(bytes.TrimSpace(out), '\n')+1:], &p); err != nil {
		return nil, fmt.Errorf("PyTorch's export printed %q: %w", out, err)
	}
	info, err := os.Stat(theirs)
	if err != nil {
		return nil, err
	}
	p.Bytes = info.Size()
	p.MaxDiff, err = difference(ctx, blocks[0], ours, theirs)
	if err == nil && !(p.MaxDiff <= onnxexport.Tolerance) {
		err = fmt.Errorf("PyTorch's file computes something else: logits differ by %.2g of the largest", p.MaxDiff)
	}
	return &p, err
}

// difference runs both files on the same noise.
func difference(ctx context.Context, first models.Block, ours, theirs string) (float64, error) {
	image := noise(first)
	var logits [2][]float64
	for i, path := range []string{ours, theirs} {
		var err error
		if logits[i], err = runFile(ctx, path, image); err != nil {
			return 0, fmt.Errorf("run %s: %w", path, err)
		}
	}
	diff, largest := 0.0, 0.0
	for i, y := range logits[0] {
		diff, largest = math.Max(diff, math.Abs(y-logits[1][i])), math.Max(largest, math.Abs(y))
	}
	return diff / largest, nil
}

// noise is a random image for a network.
func noise(first models.Block) []float32 {
	r := random.New(1, "image")
	image := make([]float32, first.In*first.Height*first.Width)
	for i := range image {
		image[i] = float32(r.NormFloat64())
	}
	return image
}

func runFile(ctx context.Context, path string, image []float32) ([]float64, error) {
	library, err := setup.ORTLibrary()
	if err != nil {
		return nil, err
	}
	model, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	s, err := ort.Open(model, ort.Options{Library: library, Threads: 1})
	if err != nil {
		return nil, err
	}
	defer s.Close()
	results, err := s.Run(ctx, engine.Feeds{onnxexport.Input: engine.Floats(image)})
	return results[onnxexport.Output], err
}
