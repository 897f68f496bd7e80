package main

// section describes one kind of line on the page.
type section struct {
	bench    string
	title    string
	measured bool // by rows of its own, which -only can select
	text     string
	columns  []string // the columns that come first
}

// sections are the page's, in order.
var sections = []section{
	{"environment", "The machine and the run", false,
		"Figures belong to this machine and this commit. A run with `-quick` or `-only` shows that rows work; quote only a whole run on an idle machine.", nil},
	{"target", "Targets", false,
		`Each target with the geometric mean over its cells in this run, and the worst
cell. A target with missing cells does not hold; "others busy cores" is that of
the busiest cell. While other programs run, PyTorch's two threads can take ten times
as long, and a ratio then means nothing.`,
		[]string{"target", "geometric_mean", "mean_at_most", "worst", "worst_at_most", "holds", "others_busy_cores", "cells", "cells_missing", "figure", "worst_cell"}},
	{"step", "A training step", true,
		`Forward, loss, backward and SGD, on the same images in every step. relu and
hswish_se are the benchmark networks (32x32 images), fbnetv2_f1 is FBNetV2_F1
at 128x128 with ten classes. torch is PyTorch's fastest setting (memory kept by
malloc, channels last), torch_tuned is the same without channels last, torch_plain is
PyTorch's default; "ratio to best torch" is blocked's time over the shortest of them.`,
		[]string{"net", "batch", "threads", "ratio_to_best_torch", "ratio_peak_to_torch", "ratio_peak_less_load_to_torch"}},
	{"masks", "Supernets: channel masks", true,
		`The benchmark network as a supernet with this number of options for each width and
each expansion. "ratio masks" compares the step of the weights under masks with
the same network without masks; "ratio to best torch" compares the step that also updates
the choices with PyTorch's supernet, which does the same.`,
		[]string{"options", "batch", "threads", "ratio_masks", "ratio_masks_peak", "ratio_to_best_torch", "ratio_peak_to_torch", "ratio_peak_less_load_to_torch"}},
	{"kernels", "Supernets: kernel sizes", true,
		`Kernels 3, 5 and 7 in every block, choices learning. nested: one kernel of 7
whose centre is the smaller ones; summed: three kernels added up before one
convolution; branches: a convolution with batch norm and activation for each
size, as in the paper. PyTorch's are branches, compared with nested.`,
		[]string{"batch", "threads", "ratio_nested_to_branches", "ratio_summed_to_branches", "ratio_nested_peak_to_branches", "ratio_to_best_torch"}},
	{"images", "Training on images", true,
		`The widest network of the demo's space on Fashion-MNIST, with images as in a training:
shuffled, augmented, prepared during the step. "wait share" is the part of the time
in which the step waited for images.`,
		[]string{"net", "batch", "threads", "images_per_second_blocked", "images_per_second_std", "wait_share_blocked", "wait_share_std"}},
	{"machine", "The machine's limits", true,
		`copy is the memory bandwidth that this number of threads reaches on 256 MB, counting
reads and writes; matmul is what ONNX Runtime reaches on matrices of 1536 x 1536.
"step gb per s" counts the feature maps that the nodes of the step read and write,
"step gflop per s" counts three forward passes. Shares are relative to copy and matmul;
caches make the share of copy larger than the traffic of the memory itself. "step in
passes over maps" is how often the outputs of the convolutions could be copied in the
time of a step.`,
		[]string{"net", "batch", "threads"}},
	{"start", "From the start of a process to its first step", true,
		"The demo's supernet: the runtime is loaded, the program is built, lowered and compiled, and one step is done.",
		[]string{"net", "batch", "threads", "first_step_s"}},
}

const introduction = `Made by ` + "`make performance`" + ` (` + "`go run ./tools/bench -markdown docs/performance.md`" + `);
from saved lines, ` + "`go run ./tools/bench -from bench.jsonl -markdown docs/performance.md`" + `.

Each turn of a contestant is a process of its own: two steps to warm up, then
the median of the others. Contestants of a row take turns, in the opposite order
in every other pair. Ratios are computed within each pair, and the table has their median;
below 1, ours needs less. Memory is the largest resident size of the process; the figure in
brackets is its size after the runtime was loaded and before there is a network, which
"less load" subtracts. "others busy cores" is the processor time that other processes
used meanwhile, in cores: more than a tenth spoils a row.
`

const notMeasured = `## Not measured here

- CUDA and other accelerators, ARM, processors with blocks of 8 channels.
- The search and training of the whole demo: ` + "`make demo`" + ` prints its seconds.
- PyTorch's compiler, and versions of PyTorch other than the one above.
- PyTorch's weaker settings beside supernets, unless the run had ` + "`-all-torch`" + `.
- The number of activation-sized nodes with 1, 5 and 20 options: a test counts them.
`
