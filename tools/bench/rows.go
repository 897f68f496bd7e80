package main

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"strconv"

	"fbnas/engine/ort"
)

// plan is how much is measured.
type plan struct {
	pairs, steps      int
	noTorch, allTorch bool
}

// The kinds of jobs.
const (
	stepJob        = "step"   // weight steps on the same images
	imagesJob      = "images" // weight steps on Fashion-MNIST as in a training
	copyJob        = "copy"   // of memory
	matmulJob      = "matmul"
	torchJob       = "torch"        // the yardstick's step
	torchBlocksJob = "torch_blocks" // PyTorch's step of a network given as blocks
)

// job is one turn of a contestant: the task of a process of its own.
type job struct {
	Name    string
	Kind    string
	Network string // see subjectOf
	Dialect ort.Dialect
	Batch   int
	Threads int
	Steps   int
	Args    []string // of PyTorch's script, besides those for the fields above
	Env     []string // of the process, besides this one's
}

// rows are what is measured, in order.
func (p plan) rows() []row {
	var rows []row
	cells(func(batch, threads int) {
		for _, net := range []string{"relu", "hswish_se"} {
			rows = append(rows, p.stepRow(net, batch, threads))
		}
		rows = append(rows, p.masksRow(10, batch, threads))
	})
	for _, options := range []int{1, 5, 20} {
		rows = append(rows, p.masksRow(options, 64, 1))
	}
	rows = append(rows, p.kernelsRow(64, 1))
	for _, threads := range []int{1, 2} {
		rows = append(rows, p.stepRow("fbnetv2_f1", 32, threads), p.imagesRow(threads), p.machineRow(threads))
	}
	return append(rows, p.startRow())
}

// cells are the settings for which the step is compared with PyTorch's.
func cells(do func(batch, threads int)) {
	for _, batch := range []int{64, 128} {
		for _, threads := range []int{1, 2} {
			do(batch, threads)
		}
	}
}

func (p plan) stepRow(net string, batch, threads int) row {
	r := row{
		bench: "step", setting: line{"net": net, "batch": batch, "threads": threads},
		contestants: []job{
			p.step("blocked", net, ort.Blocked, batch, threads),
			p.step("std", net, ort.Std, batch, threads),
		},
		derived: []derived{ratio("ratio_blocked_to_std", medianMS, "blocked", "std")},
	}
	return p.againstTorch(r, "blocked", net)
}

// step is one of our contestants.
func (p plan) step(name, net string, dialect ort.Dialect, batch, threads int) job {
	return job{Name: name, Kind: stepJob, Network: net, Dialect: dialect, Batch: batch, Threads: threads, Steps: p.steps}
}

// masksRow compares the weight step of a supernet with that of the same network
// without masks, and the step that also updates the choices (suffix c), as
// PyTorch's does, with PyTorch's.
func (p plan) masksRow(options, batch, threads int) row {
	super := fmt.Sprintf("supernet_%d", options)
	r := row{
		bench: "masks", setting: line{"options": options, "batch": batch, "threads": threads},
		contestants: []job{
			p.step("plain", "supernet_0", ort.Auto, batch, threads),
			p.step("masks", super, ort.Auto, batch, threads),
			p.step("masks_and_choices", super+"c", ort.Auto, batch, threads),
		},
		derived: []derived{
			ratio("ratio_masks", medianMS, "masks", "plain"),
			ratio("ratio_masks_peak", peakMB, "masks", "plain"),
		},
	}
	return p.againstTorch(r, "masks_and_choices", super+"c")
}

// kernelsRow compares the ways to choose among kernels of 3, 5 and 7 in every
// block, with choices that learn; PyTorch's are branches.
func (p plan) kernelsRow(batch, threads int) row {
	r := row{
		bench: "kernels", setting: line{"batch": batch, "threads": threads},
		contestants: []job{
			p.step("nested", "kernels_nested", ort.Auto, batch, threads),
			p.step("summed", "kernels_summed", ort.Auto, batch, threads),
			p.step("branches", "kernels_branches", ort.Auto, batch, threads),
		},
		derived: []derived{
			ratio("ratio_nested_to_branches", medianMS, "nested", "branches"),
			ratio("ratio_summed_to_branches", medianMS, "summed", "branches"),
			ratio("ratio_nested_peak_to_branches", peakMB, "nested", "branches"),
		},
	}
	return p.againstTorch(r, "nested", "kernels_nested")
}

// imagesRow is training as a user does it. It has more steps, because the loader
// starts with full queues.
func (p plan) imagesRow(threads int) row {
	const batch = 64
	r := row{
		bench: "images", setting: line{"net": "demo", "batch": batch, "threads": threads},
		derived: []derived{ratio("ratio_blocked_to_std", medianMS, "blocked", "std")},
	}
	for _, d := range []ort.Dialect{ort.Blocked, ort.Std} {
		j := p.step(string(d), "demo", d, batch, threads)
		j.Kind, j.Steps = imagesJob, 10*p.steps
		r.contestants = append(r.contestants, j)
		r.derived = append(r.derived, rate("images_per_second_"+j.Name, j.Name, 1e3*batch),
			derived{"wait_share_" + j.Name, []string{j.Name}, func(pair map[string]figures) float64 { return pair[j.Name].WaitShare }})
	}
	return r
}

// startRow is the time from the start of a process to the end of the first step
// of the demo's supernet.
func (p plan) startRow() row {
	return row{
		bench: "start", setting: line{"net": "demo_supernet", "batch": 64, "threads": 2},
		contestants: []job{{Name: "auto", Kind: stepJob, Network: "demo_supernet", Dialect: ort.Auto, Batch: 64, Threads: 2, Steps: 1}},
		derived: []derived{{"first_step_s", []string{"auto"},
			func(pair map[string]figures) float64 { return firstStepS(pair["auto"]) }}},
	}
}

// rate is perMS divided by the milliseconds of a step.
func rate(name, of string, perMS float64) derived {
	return derived{name, []string{of}, func(pair map[string]figures) float64 { return perMS / medianMS(pair[of]) }}
}

// ratio divides a figure of one contestant by the smallest of the others'.
func ratio(name string, value func(figures) float64, of string, to ...string) derived {
	return derived{name, append([]string{of}, to...), func(pair map[string]figures) float64 {
		least := math.Inf(1)
		for _, other := range to {
			least = min(least, value(pair[other]))
		}
		return value(pair[of]) / least
	}}
}

func (r row) line() line {
	out := line{"bench": r.bench}
	maps.Copy(out, r.setting)
	return out
}

func median(values []float64) float64 {
	sorted := slices.Sorted(slices.Values(values))
	n := len(sorted)
	return (sorted[(n-1)/2] + sorted[n/2]) / 2
}

// rounded keeps four digits, more than measurements have. What could not be
// divided is 0, because JSON has no infinity.
func rounded(v float64) float64 {
	if math.IsNaN(v) || math.IsInf(v, 0) {
		return 0
	}
	v, err := strconv.ParseFloat(strconv.FormatFloat(v, 'g', 4, 64), 64)
	if err != nil {
		panic(err) // cannot fail: the number was just written
	}
	return v
}
