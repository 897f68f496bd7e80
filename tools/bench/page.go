package main

// section is what the page says of one kind of line.
type section struct {
	bench    string
	title    string
	measured bool // by rows of its own, which -only can pick
	text     string
	columns  []string // that come first
}

// sections are the page's, in order.
var sections = []section{
	{"environment", "The machine and the run", false,
		"Figures belong to this machine and this commit. A run with `-quick` or `-only` shows that rows work; only a whole one on an idle machine is worth quoting.", nil},
	{"target", "Targets", false,
		`Each target with the geometric mean over its cells of this run, and the worst
cell. A target with missing cells does not hold; others busy cores is that of
the busiest cell. Beside other work PyTorch's two threads can take ten times as
long, and a ratio then says nothing.`,
		[]string{"target", "geometric_mean", "mean_at_most", "worst", "worst_at_most", "holds", "others_busy_cores", "cells", "cells_missing", "figure", "worst_cell"}},
	{"step", "A training step", true,
		`Forward, loss, backward and SGD on images that are always the same. relu and
hswish_se are the yardstick's networks (32x32 images), fbnetv2_f1 is FBNetV2_F1
at 128x128 with ten classes. torch is PyTorch's strongest setting (memory kept by
malloc, channels last), torch_tuned is without channels last, torch_plain as it
comes; ratio to best torch is blocked's time over the shortest of them.`,
		[]string{"net", "batch", "threads", "ratio_to_best_torch", "ratio_peak_to_torch", "ratio_peak_less_load_to_torch"}},
	{"masks", "Supernets: channel masks", true,
		`The yardstick's network as a supernet with so many options for each width and
each expansion. ratio masks compares the step of the weights under masks with
the same network without; ratio to best torch compares the step that updates the
choices as well with PyTorch's supernet, which does the same.`,
		[]string{"options", "batch", "threads", "ratio_masks", "ratio_masks_peak", "ratio_to_best_torch", "ratio_peak_to_torch", "ratio_peak_less_load_to_torch"}},
	{"kernels", "Supernets: kernel sizes", true,
		`Kernels 3, 5 and 7 in every block, choices learning. nested: one kernel of 7
whose centre is the smaller ones; summed: three kernels added up before one
convolution; branches: a convolution with batch norm and activation for each
size, as in the paper. PyTorch's are branches, compared with nested.`,
		[]string{"batch", "threads", "ratio_nested_to_branches", "ratio_summed_to_branches", "ratio_nested_peak_to_branches", "ratio_to_best_torch"}},
	{"images", "Training on images", true,
		`The widest network of the demo's space on Fashion-MNIST as training reads it:
shuffled, augmented, prepared beside the step. wait share is the part of the time
in which the step waited for images.`,
		[]string{"net", "batch", "threads", "images_per_second_blocked", "images_per_second_std", "wait_share_blocked", "wait_share_std"}},
	{"machine", "The machine's limits", true,
		`copy is the memory bandwidth that as many threads reach on 256 MB, reads and
writes counted; matmul is what ONNX Runtime reaches on matrices of 1536 x 1536.
step gb per s counts the feature maps that the nodes of the step read and write,
step gflop per s three forward passes. Shares are of copy and matmul; what a cache
keeps makes a share of copy larger than what memory sees. Passes: how
often the maps behind the convolutions could be copied in the time of a step.`,
		[]string{"net", "batch", "threads"}},
	{"start", "From the start of a process to its first step", true,
		"The demo's supernet: the runtime is loaded, the program is built, lowered and compiled, and one step is done.",
		[]string{"net", "batch", "threads", "first_step_s"}},
}

const introduction = `Made by ` + "`make performance`" + ` (` + "`go run ./tools/bench -markdown docs/performance.md`" + `);
from lines that were kept, ` + "`go run ./tools/bench -from bench.jsonl -markdown docs/performance.md`" + `.

Each turn of a contestant is a process of its own: two steps to warm up, then
the median of the others. Contestants of a row take turns, in the opposite order
in every other pair. Ratios are made in each pair, and their median stands here;
below 1, ours needs less. Memory is the largest resident size of the process, in
brackets what it is after the runtime was loaded and before there is a network;
less load is without that. others busy cores is what other processes
took of the machine meanwhile: more than a tenth spoils a row.
`

const notMeasured = `## Not measured here

- CUDA and other accelerators, ARM, processors on which the blocks are 8 wide.
- The search and training of the whole demo: ` + "`make demo`" + ` prints its seconds.
- PyTorch's compiler and other versions than the one above.
- PyTorch's weaker settings beside supernets, unless the run had ` + "`-all-torch`" + `.
- The number of activation-sized nodes with 1, 5 and 20 options: a test counts them.
`
