package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"fbnas/dataset/datasettest"
	"fbnas/internal/setup"
	"fbnas/job"
	"fbnas/search"
	"fbnas/train"
)

const space = `version: 1
name: tiny
input: {channels: 1, height: 6, width: 6}
rounding: {divisor: 1}
width: stage
stem: {kernel: 3, stride: 1, width: 4, act: relu}
stages:
  - {blocks: 2, width: [4, 8], expansion: [1, 3], kernel: [3, 5], act: relu}
head: {bias: true}
`

// TestPipeline runs the example in a small setting.
func TestPipeline(t *testing.T) {
	if _, err := setup.ORTLibrary(); err != nil {
		t.Skip(err)
	}
	dir := t.TempDir()
	agent := filepath.Join(dir, "fbnas-agent")
	if out, err := exec.Command("go", "build", "-o", agent, "fbnas/cmd/fbnas-agent").CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	t.Setenv("FBNAS_AGENT", agent)
	if err := os.WriteFile(filepath.Join(dir, "space.yaml"), []byte(space), 0o600); err != nil {
		t.Fatal(err)
	}
	data := filepath.Join(dir, "data")
	if err := datasettest.WriteBars(data, 96, 24, 6, 3); err != nil {
		t.Fatal(err)
	}
	small := pipeline{
		folder: dir, space: filepath.Join(dir, "space.yaml"), data: data, target: job.Limit{US: 1e6}, rounds: 2,
		search: search.DefaultConfig(), train: train.DefaultConfig(),
	}
	for _, c := range []*train.Config{&small.search.Train, &small.train} {
		c.Epochs, c.Batch = 2, 8
	}
	if err := small.run(); err != nil {
		t.Fatal(err)
	}
	if info, err := os.Stat(filepath.Join(dir, "model.onnx")); err != nil || info.Size() == 0 {
		t.Errorf("no model: %v", err)
	}
}
