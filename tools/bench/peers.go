package main

import (
	_ "embed"
	"encoding/json"
	"slices"
	"strconv"
)

// torchBlocks builds in PyTorch what models.Block describes; it is handed to
// Python as it is.
//
//go:embed torch_blocks.py
var torchBlocks string

// peer says which of PyTorch's scripts builds a network, and its arguments.
type peer struct {
	kind string
	args []string
}

// torchPeers has PyTorch's counterparts of networks. It has no nested kernels:
// there its branches are the counterpart.
var torchPeers = map[string]peer{
	"relu":           {torchJob, nil},
	"hswish_se":      {torchJob, []string{"--act", "hswish", "--se", "4"}},
	"supernet_1c":    {torchJob, []string{"--mode", "masks", "--mask-options", "1"}},
	"supernet_5c":    {torchJob, []string{"--mode", "masks", "--mask-options", "5"}},
	"supernet_10c":   {torchJob, []string{"--mode", "masks", "--mask-options", "10"}},
	"supernet_20c":   {torchJob, []string{"--mode", "masks", "--mask-options", "20"}},
	"kernels_nested": {torchJob, []string{"--mode", "kernels", "--kernels", "3,5,7"}},
	"fbnetv2_f1":     {torchBlocksJob, nil},
}

// tuned lets glibc keep freed memory, without which page faults dominate.
var tuned = []string{"MALLOC_MMAP_MAX_=0", "MALLOC_TRIM_THRESHOLD_=68719476736"}

// torchSettings are those for the benchmark network, the fastest first.
var torchSettings = []struct {
	name string
	env  []string
	args []string
}{
	{"torch", tuned, []string{"--channels-last"}},
	{"torch_tuned", tuned, nil},
	{"torch_plain", nil, nil},
}

// againstTorch adds PyTorch to a row, and the ratios of one of our contestants to
// it. The two slower settings take more time than everything else; they are
// included in the rows of the step, or everywhere if asked for.
func (p plan) againstTorch(r row, ours, net string) row {
	other, ok := torchPeers[net]
	if p.noTorch || !ok {
		return r
	}
	like := r.contestants[0]
	settings := torchSettings
	if r.bench != "step" && !p.allTorch {
		settings = settings[:1]
	}
	var names []string
	for _, s := range settings {
		names = append(names, s.name)
		// PyTorch's own setting does not affect the thread of the backward pass.
		env := append(slices.Clone(s.env), "OMP_NUM_THREADS="+strconv.Itoa(like.Threads))
		r.contestants = append(r.contestants, job{Name: s.name, Kind: other.kind, Network: net, Batch: like.Batch,
			Threads: like.Threads, Steps: like.Steps, Args: slices.Concat(other.args, s.args), Env: env})
	}
	r.derived = append(slices.Clone(r.derived),
		ratio("ratio_to_best_torch", medianMS, ours, names...),
		ratio("ratio_peak_to_torch", peakMB, ours, names...),
		ratio("ratio_peak_less_load_to_torch", peakOwnMB, ours, names...))
	return r
}

// python has the interpreter's arguments for one of PyTorch's jobs.
func (j job) python(yardstick string) ([]string, error) {
	command := []string{yardstick}
	if j.Kind == torchBlocksJob {
		s, err := subjectOf(j.Network)
		if err != nil {
			return nil, err
		}
		blocks, err := json.Marshal(s.blocks)
		if err != nil {
			return nil, err
		}
		command = []string{"-c", torchBlocks, "--blocks", string(blocks)}
	}
	return slices.Concat(command, []string{"--batch", strconv.Itoa(j.Batch), "--threads", strconv.Itoa(j.Threads),
		"--steps", strconv.Itoa(j.Steps), "--warmup", strconv.Itoa(warmUp)}, j.Args), nil
}
