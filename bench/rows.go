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
	stepJob   = "step"   // weight steps on images that are always the same
	imagesJob = "images" // weight steps on Fashion-MNIST as training reads it
	copyJob   = "copy"   // of memory
	matmulJob = "matmul"
	torchJob  = "torch"
)

// job is one turn of a contestant: what a process of its own is asked to do.
type job struct {
	Name    string
	Kind    string
	Network string // see networks
	Dialect ort.Dialect
	Batch   int
	Threads int
	Steps   int
	Torch   []string // arguments of a torchJob beside those for the above
}

// rows are what is measured, in order.
func (p plan) rows() []row {
	var rows []row
	cells(func(batch, threads int) {
		for _, net := range []string{"relu", "hswish_se"} {
			rows = append(rows, p.stepRow(net, batch, threads))
		}
		rows = append(rows, p.masksRow(10, batch, threads, true))
	})
	for _, options := range []int{5, 20} {
		rows = append(rows, p.masksRow(options, 64, 1, false))
	}
	for _, threads := range []int{1, 2} {
		rows = append(rows, p.imagesRow(threads), p.machineRow(threads))
	}
	return append(rows, p.startRow(), p.stepRow("fbnetv2_f1", 32, 2))
}

// cells are those over which the step is compared with PyTorch's.
func cells(do func(batch, threads int)) {
	for _, batch := range []int{64, 128} {
		for _, threads := range []int{1, 2} {
			do(batch, threads)
		}
	}
}

// torchNetworks are the networks that the yardstick can build, as arguments.
var torchNetworks = map[string][]string{
	"relu":         {},
	"hswish_se":    {"--act", "hswish", "--se", "4"},
	"supernet_10c": {"--mode", "masks", "--mask-options", "10"},
}

func (p plan) stepRow(net string, batch, threads int) row {
	ours := func(d ort.Dialect) job {
		return job{Name: string(d), Kind: stepJob, Network: net, Dialect: d, Batch: batch, Threads: threads, Steps: p.steps}
	}
	r := row{
		bench: "step", setting: line{"net": net, "batch": batch, "threads": threads},
		contestants: []job{ours(ort.Blocked), ours(ort.Std)},
		derived:     []derived{ratio("ratio_blocked_to_std", medianMS, "blocked", "std")},
	}
	return p.againstTorch(r, "blocked", net)
}

// masksRow compares the weight step of a supernet with that of the same network
// without masks, and the step that updates the choices as well (suffix c), as
// PyTorch's does, with PyTorch's.
func (p plan) masksRow(options, batch, threads int, torch bool) row {
	super := fmt.Sprintf("supernet_%d", options)
	ours := func(name, net string) job {
		return job{Name: name, Kind: stepJob, Network: net, Dialect: ort.Auto, Batch: batch, Threads: threads, Steps: p.steps}
	}
	r := row{
		bench: "masks", setting: line{"options": options, "batch": batch, "threads": threads},
		contestants: []job{ours("plain", "supernet_0"), ours("masks", super), ours("masks_and_choices", super+"c")},
		derived: []derived{
			ratio("ratio_masks", medianMS, "masks", "plain"),
			ratio("ratio_masks_peak", peakMB, "masks", "plain"),
		},
	}
	if !torch {
		return r
	}
	return p.againstTorch(r, "masks_and_choices", super+"c")
}

// torchSettings are the yardstick's: the strongest first.
var torchSettings = []struct {
	name string
	args []string
}{
	{"torch", []string{"--malloc-tuned", "--channels-last"}},
	{"torch_tuned", []string{"--malloc-tuned"}},
	{"torch_plain", nil},
}

// againstTorch adds PyTorch to a row, and the ratios of one of ours to it.
func (p plan) againstTorch(r row, ours, net string) row {
	args, ok := torchNetworks[net]
	if p.noTorch || !ok {
		return r
	}
	settings := torchSettings
	if !p.allTorch {
		settings = settings[:1]
	}
	like := r.contestants[0]
	var names []string
	for _, s := range settings {
		names = append(names, s.name)
		r.contestants = append(r.contestants, job{Name: s.name, Kind: torchJob, Batch: like.Batch, Threads: like.Threads,
			Steps: like.Steps, Torch: slices.Concat(args, s.args)})
	}
	r.derived = append(slices.Clone(r.derived),
		ratio("ratio_to_best_torch", medianMS, ours, names...),
		ratio("ratio_peak_to_torch", peakMB, ours, names...),
		ratio("ratio_peak_less_load_to_torch", peakOwnMB, ours, names...))
	return r
}

func (p plan) imagesRow(threads int) row {
	r := row{bench: "images", setting: line{"net": "demo", "batch": 64, "threads": threads}}
	for _, d := range []ort.Dialect{ort.Blocked, ort.Std} {
		r.contestants = append(r.contestants, job{Name: string(d), Kind: imagesJob, Network: "demo", Dialect: d,
			Batch: 64, Threads: threads, Steps: 10 * p.steps})
		r.derived = append(r.derived, rate("images_per_second_"+string(d), string(d), 64e3))
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

// ratio divides a figure of one contestant by the least of the others'.
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

// title is the row in words, what -only matches: "step batch=64 net=relu …".
func (r row) title() string {
	title := r.bench
	for _, key := range slices.Sorted(maps.Keys(r.setting)) {
		title += fmt.Sprintf(" %s=%v", key, r.setting[key])
	}
	return title
}

func median(values []float64) float64 {
	sorted := slices.Sorted(slices.Values(values))
	n := len(sorted)
	return (sorted[(n-1)/2] + sorted[n/2]) / 2
}

// rounded keeps four digits: what is measured has fewer. What could not be
// divided is 0, for JSON has no infinity.
func rounded(v float64) float64 {
	if math.IsNaN(v) || math.IsInf(v, 0) {
		return 0
	}
	v, err := strconv.ParseFloat(strconv.FormatFloat(v, 'g', 4, 64), 64)
	if err != nil {
		panic(err) // it is a number that was written just now
	}
	return v
}
