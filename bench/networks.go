package main

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"fbnas/engine"
	"fbnas/graph"
	"fbnas/graph/grad"
	"fbnas/models"
	"fbnas/nn"
	"fbnas/train"
)

// classes of the images that steps are measured on.
const classes = 10

// subject is a network to be measured and how one of its steps is made.
type subject struct {
	net     train.Network
	blocks  []models.Block // without masks
	input   models.Input
	choices []models.Choice // of a supernet
	learn   bool            // the step updates the choices too
}

// subjectOf finds a network by its name: relu and hswish_se are the
// yardstick's, supernet_N its supernet with N options a choice (0: the same
// network without masks), supernet_Nc with choices that learn; demo and
// demo_supernet are the demo's, any other name is a built-in architecture's.
func subjectOf(name string) (subject, error) {
	var options int
	_, scan := fmt.Sscanf(name, "supernet_%d", &options)
	switch {
	case name == "relu":
		return fixed(yardstick("relu", ""))
	case name == "hswish_se":
		return fixed(yardstick("hswish", "hsigmoid"))
	case scan == nil:
		s := supernet(yardstickSpace(max(1, options)))
		s.learn = strings.HasSuffix(name, "c")
		return s, nil
	case name == "demo" || name == "demo_supernet":
		space, err := models.LoadSpace("demo")
		if err != nil {
			return subject{}, err
		}
		if s := supernet(space); name == "demo_supernet" {
			return s, nil
		}
		blocks := space.Largest(classes)
		return subject{net: train.NetworkOf(blocks), blocks: blocks, input: space.Input}, nil
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

// stages are those of "builtin8" in the yardstick's torch_step.py.
var stages = []struct{ blocks, stride, width, expansion, kernel int }{
	{1, 1, 16, 3, 3}, {2, 2, 24, 6, 3}, {2, 2, 40, 6, 5}, {2, 2, 64, 6, 3}, {1, 1, 112, 6, 5},
}

const (
	stemWidth = 16
	tailWidth = 640
)

var yardstickInput = models.Input{Channels: 3, Height: 32, Width: 32}

// yardstick is builtin8; gate is that of a squeeze-and-excitation in every
// block, to a quarter of the hidden channels, or "".
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

// yardstickSpace has builtin8 as its largest network (but for the first
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

// Names of a supernet's state and feeds, of each choice with its own name behind.
const (
	choice      = "choice/"
	noise       = "noise/"
	temperature = "temperature"
)

// supernet is a space's largest network under masks, as package search trains it.
func supernet(space models.Space) subject {
	choices := space.Choices()
	forward := func(nb *nn.Builder, x *graph.Node) *graph.Node {
		var weights []*graph.Node
		for _, c := range choices {
			k := len(c.Options)
			weights = append(weights, nn.GumbelSoftmax(nb.G, nb.G.Input(choice+c.Name, graph.Float, k),
				nb.G.Input(noise+c.Name, graph.Float, k), nb.G.Input(temperature, graph.Float, 1)))
		}
		return space.Supernet(nb, x, classes, weights)
	}
	blocks := space.Largest(classes)
	return subject{net: train.Network{Forward: forward, Params: models.Params(blocks)}, blocks: blocks, input: space.Input, choices: choices}
}

// adam is that of the yardstick, for the choices.
var adam = train.Adam{Rate: 0.01, Beta1: 0.5, Beta2: 0.999}

func (s subject) shape(batch int) train.Shape {
	return train.Shape{Batch: batch, Channels: s.input.Channels, Height: s.input.Height, Width: s.input.Width}
}

func (s subject) specs() []engine.Spec {
	var choices []engine.Spec
	for _, c := range s.choices {
		choices = append(choices, engine.Spec{Name: choice + c.Name, Shape: graph.Shape{len(c.Options)}})
	}
	return append(append(s.net.Specs(), choices...), train.AdamState(choices)...)
}

// program is a step of the weights, and of the choices from the same loss
// where they learn.
func (s subject) program(batch int, c train.Config) *engine.Program {
	p := s.net.WeightStep(s.shape(batch), c.SGD(), c.LabelSmoothing)
	if !s.learn {
		return p
	}
	g := p.Graph
	loss := p.Returns[slices.IndexFunc(p.Returns, func(b engine.Binding) bool { return b.Name == train.Loss })].Node
	var logits []*graph.Node
	for _, c := range s.choices {
		logits = append(logits, g.Input(choice+c.Name, graph.Float, len(c.Options)))
	}
	for i, d := range grad.Of(g, loss, logits) {
		p.Writes = append(p.Writes, adam.Update(g, logits[i], d)...)
	}
	return p
}
