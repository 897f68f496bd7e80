package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"path/filepath"
	"strconv"

	"fbnas/internal/process"
	"fbnas/models"
)

// publishedCounts are the counts published by a network's authors; null where
// they published none.
type publishedCounts struct {
	ConvWeights   *int64       `json:"conv_weights"`
	FLOPsWithPool *int64       `json:"flops_with_pool"`
	MFLOPs        *json.Number `json:"flops_m"` // the same in millions
}

// network is one line: a network, its exported file, and its peer.
type network struct {
	Name          string          `json:"name"`
	ConvWeights   int64           `json:"conv_weights"`
	FLOPsWithPool int64           `json:"flops_with_pool"`
	Params        int64           `json:"params"`
	MACs          int64           `json:"macs"`
	Published     publishedCounts `json:"published"`
	Device        string          `json:"device"`
	Runtime       string          `json:"runtime"`
	file
	Torch *peerFile `json:"torch"` // null without PyTorch
}

// file is an exported network.
type file struct {
	Nodes     int     `json:"nodes"`
	Bytes     int64   `json:"bytes"`
	RunNodes  int     `json:"run_nodes"` // after ONNX Runtime has optimised it
	LatencyUS float64 `json:"latency_us"`
}

// peerFile is PyTorch's file.
type peerFile struct {
	file
	// Ratio is the latency of fbnas's file over this one's, with its 95 % interval.
	Ratio float64 `json:"ratio"`
	Low   float64 `json:"low"`
	High  float64 `json:"high"`
	// MaxDiff is the largest difference of a logit, relative to the largest
	// logit.
	MaxDiff float64 `json:"max_diff_fraction"`
}

// tools are the programs that measure a line.
type tools struct {
	fbnas, folder string
	rounds        int
	torch         string // a Python with PyTorch, or ""
}

// measure exports a network in both ways and times the files in the same rounds,
// PyTorch's first, so that fbnas's is compared with it.
func (t tools) measure(ctx context.Context, name string) (network, error) {
	n := network{Name: name}
	arch, err := models.LoadArch(name)
	if err != nil {
		return n, err
	}
	blocks, err := arch.Resolve()
	if err != nil {
		return n, err
	}
	c := models.Count(blocks)
	n.ConvWeights, n.FLOPsWithPool, n.Params, n.MACs = c.ConvWeights, c.FLOPsWithPool, c.Params, c.MACs
	ours := filepath.Join(t.folder, name+".onnx")
	var export struct {
		Nodes int
		Bytes int64
	}
	if err := t.run(ctx, &export, "export", ours, "--from", name); err != nil {
		return n, err
	}
	n.Nodes, n.Bytes = export.Nodes, export.Bytes
	files := []string{ours}
	if t.torch != "" {
		if n.Torch, err = t.exportByTorch(ctx, ours, blocks); err != nil {
			return n, err
		}
		files = []string{torchFile(ours), ours}
	}
	err = t.time(ctx, files, &n)
	return n, err
}

// time measures the files, of which the last is fbnas's.
func (t tools) time(ctx context.Context, files []string, n *network) error {
	var bench struct {
		Runtime string
		Device  struct{ SoC string }
		Models  []struct {
			LatencyUS float64 `json:"latency_us"`
			Shares    []struct{ Nodes int }
			Against   *struct{ Ratio, Low, High float64 } `json:"against_first"`
		}
	}
	args := append([]string{"bench"}, files...)
	args = append(args, "--device", "local", "--shares", "--allow-noisy", "--rounds", strconv.Itoa(t.rounds))
	if err := t.run(ctx, &bench, args...); err != nil {
		return err
	}
	n.Runtime, n.Device = bench.Runtime, bench.Device.SoC
	into := []*file{&n.file}
	if n.Torch != nil {
		into = []*file{&n.Torch.file, &n.file}
	}
	for i, m := range bench.Models {
		into[i].LatencyUS = m.LatencyUS
		for _, s := range m.Shares {
			into[i].RunNodes += s.Nodes
		}
	}
	if n.Torch == nil {
		return nil
	}
	c := bench.Models[1].Against
	if c == nil {
		return errors.New("the machine is too busy: too few rounds were undisturbed in both files")
	}
	n.Torch.Ratio, n.Torch.Low, n.Torch.High = c.Ratio, c.Low, c.High
	return nil
}

// run runs fbnas and reads its document.
func (t tools) run(ctx context.Context, document any, args ...string) error {
	out, err := process.Output(ctx, nil, nil, append([]string{t.fbnas, "--json"}, args...)...)
	if err != nil {
		return err
	}
	if err := json.Unmarshal(out, document); err != nil {
		return fmt.Errorf("the document of fbnas %s: %w", args[0], err)
	}
	return nil
}
