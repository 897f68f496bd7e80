package main

import (
	"fmt"
	"math"
	"strings"

	"fbnas/models"
	"fbnas/train"
)

// classes of the images on which steps are measured.
const classes = 10

// subject is a network to measure and the kind of its steps.
type subject struct {
	net     train.Network
	blocks  []models.Block // without masks
	input   models.Input
	choices []models.Choice // of a supernet
	learn   bool            // the step updates the choices too
}

// subjects are the networks with a name of their own: the benchmark network, the
// ways to choose kernels in it, and the demo's.
var subjects = map[string]func() (subject, error){
	"relu":             func() (subject, error) { return fixed(yardstick("relu", "")) },
	"hswish_se":        func() (subject, error) { return fixed(yardstick("hswish", "hsigmoid")) },
	"kernels_nested":   func() (subject, error) { return supernet(kernelSpace(), true), nil },
	"kernels_summed":   func() (subject, error) { return kernelNet(summed), nil },
	"kernels_branches": func() (subject, error) { return kernelNet(branches), nil },
	"demo":             func() (subject, error) { return demo(false) },
	"demo_supernet":    func() (subject, error) { return demo(true) },
}

// subjectOf finds a network: one of subjects; supernet_N, the benchmark network
// with N options per choice (0: the same network without masks), supernet_Nc with
// choices that learn; or a built-in architecture.
func subjectOf(name string) (subject, error) {
	if s, ok := subjects[name]; ok {
		return s()
	}
	var options int
	if _, err := fmt.Sscanf(name, "supernet_%d", &options); err == nil {
		return supernet(yardstickSpace(max(1, options)), strings.HasSuffix(name, "c")), nil
	}
	a, err := models.LoadArch(name)
	if err != nil {
		return subject{}, err
	}
	a.Classes = classes
	return fixed(a)
}

func fixed(a models.Arch) (subject, error) {
	blocks, err := a.Resolve()
	return subject{net: train.NetworkOf(blocks), blocks: blocks, input: a.Input}, err
}

// demo is the largest network of the demo's space, with or without masks.
func demo(masks bool) (subject, error) {
	space, err := models.LoadSpace("demo")
	if err != nil {
		return subject{}, err
	}
	if masks {
		return supernet(space, false), nil
	}
	blocks := space.SupernetBlocks(classes)
	return subject{net: train.NetworkOf(blocks), blocks: blocks, input: space.Input}, nil
}

// stages are those of "builtin8" in torch_step.py.
var stages = []struct{ blocks, stride, width, expansion, kernel int }{
	{1, 1, 16, 3, 3}, {2, 2, 24, 6, 3}, {2, 2, 40, 6, 5}, {2, 2, 64, 6, 3}, {1, 1, 112, 6, 5},
}

const (
	stemWidth = 16
	tailWidth = 640
)

var yardstickInput = models.Input{Channels: 3, Height: 32, Width: 32}

// yardstick is builtin8; gate is the function of a squeeze-and-excitation in
// every block, to a quarter of the hidden channels, or "".
func yardstick(act, gate string) models.Arch {
	a := models.Arch{Name: "builtin8", Input: yardstickInput, Classes: classes, Rounding: models.Rounding{Divisor: 1}, Head: models.HeadRow{Bias: true}}
	a.Rows = append(a.Rows, models.Row{Kind: models.Conv, Out: stemWidth, Kernel: 3, Act: act})
	in := stemWidth
	for _, s := range stages {
		for i := range s.blocks {
			r := models.Row{Kind: models.IR, Out: s.width, Kernel: s.kernel, Mid: in * s.expansion, Act: act}
			if i == 0 {
				r.Stride = s.stride
			}
			if gate != "" {
				r.SE, r.SEAct, r.Squeeze = gate, "relu", r.Mid/4
			}
			a.Rows = append(a.Rows, r)
			in = s.width
		}
	}
	a.Rows = append(a.Rows, models.Row{Kind: models.Conv, Out: tailWidth, Kernel: 1, Act: act})
	return a
}

// yardstickSpace has builtin8 as its largest network (except for the first
// shortcut: a stage's first block has none), and n options for every width and
// every expansion.
func yardstickSpace(n int) models.Space {
	space := models.Space{
		Name: "builtin8", Input: yardstickInput, Rounding: models.Rounding{Divisor: 1}, WidthBy: "stage",
		Stem: models.Stem{Kernel: 3, Width: []int{stemWidth}, Act: "relu"},
		Tail: models.Tail{Kind: models.Conv, Width: []int{tailWidth}, Act: "relu"}, Head: models.HeadRow{Bias: true},
	}
	for _, s := range stages {
		stage := models.Stage{Blocks: s.blocks, Stride: s.stride, Kernel: []int{s.kernel}, Act: "relu"}
		for i := 1; i <= n; i++ {
			stage.Width = append(stage.Width, max(1, int(math.Floor(float64(s.width*i)/float64(n)+0.5))))
			stage.Expansion = append(stage.Expansion, float64(s.expansion*i)/float64(n))
		}
		space.Stages = append(space.Stages, stage)
	}
	return space
}
