package train

import (
	"slices"

	"fbnas/engine"
	"fbnas/graph"
	"fbnas/graph/grad"
	"fbnas/graph/opt"
	"fbnas/internal/chw"
	"fbnas/models"
	"fbnas/nn"
)

// Names of feeds and results that the programs share.
const (
	Images       = "images"      // [N,C,H,W]
	Labels       = "labels"      // [N]
	Others       = "others"      // [N]: the other labels of mixed images
	Shares       = "shares"      // [N,1]: the part of a mixed image that has Labels
	LearningRate = "lr"          // [1]
	NormMomentum = "bn_momentum" // [1]: weight of the batch in running statistics
	Loss         = "loss"        // [1]
	Logits       = "logits"      // [N,classes]
)

// Shape is the shape of a program's batch.
type Shape struct {
	Batch int
	Image chw.Shape
}

// Network is what the programs run: how it is built, its parameters, and what
// Config.Network adds to its training.
type Network struct {
	Forward func(nb *nn.Builder, images *graph.Node) *graph.Node // to the logits
	Params  []models.Param

	freeze   Freeze
	drops    []drop
	averaged bool // there is a moving average of everything that is not frozen
	mixed    bool // each image is a mixture of two
}

// NetworkOf is the network of an architecture's blocks.
func NetworkOf(blocks []models.Block) Network {
	return Network{
		Forward: func(nb *nn.Builder, x *graph.Node) *graph.Node { return models.Network(nb, blocks, x) },
		Params:  models.Params(blocks),
	}
}

// Optimise rewrites a finished program into one that computes the same in fewer
// passes over feature maps, using opt.Training after other rules.
func Optimise(p *engine.Program, first ...opt.Rule) *engine.Program {
	outputs := opt.Rewrite(p.Graph, p.Outputs(), slices.Concat(first, opt.Training)...)
	for i := range p.Writes {
		p.Writes[i].Node = outputs[i]
	}
	for i := range p.Returns {
		p.Returns[i].Node = outputs[len(p.Writes)+i]
	}
	return p
}

// begin starts a program: the images' node and a builder of the given kind.
func (n Network) begin(s Shape, statistics nn.Statistics) (*nn.Builder, *graph.Node) {
	g := graph.New()
	return &nn.Builder{G: g, Statistics: statistics, Frozen: n.freeze.Has}, g.MapInput(Images, s.Batch, s.Image.Channels, s.Image.Height, s.Image.Width)
}

// WeightStep is one step of training: it writes parameters, momenta, running
// statistics and averages, and returns the loss and the logits of its batch.
func (n Network) WeightStep(s Shape, o SGD, smoothing float64) *engine.Program {
	nb, x := n.begin(s, nn.Batch)
	nb.Gated = n.gated()
	g := nb.G
	logits := n.Forward(nb, x)
	loss := n.loss(g, logits, s.Batch, smoothing)
	program := &engine.Program{Name: "weights", Graph: g,
		Returns: []engine.Binding{{Name: Loss, Node: loss}, {Name: Logits, Node: logits}}}
	program.Writes = append(n.update(g, n.gradients(g, loss), o), runningStatistics(nb)...)
	program.Writes = n.average(g, program.Writes)
	if n.freeze != "" { // frozen batch norms are scales and shifts
		return Optimise(program, opt.Inference...)
	}
	return Optimise(program)
}

// gradients are those of the loss, one for each trained parameter in the order of
// Params. Only their nodes pass to update, so that the steps of several machines
// can be reduced there.
func (n Network) gradients(g *graph.Graph, loss *graph.Node) []*graph.Node {
	var params []*graph.Node
	for _, p := range n.trained() {
		params = append(params, g.Input(p.Name, graph.Float, p.Shape...))
	}
	return grad.Of(g, loss, params)
}

// update writes the trained parameters and their momenta, by their gradients.
func (n Network) update(g *graph.Graph, gradients []*graph.Node, o SGD) []engine.Binding {
	lr := g.Input(LearningRate, graph.Float, 1)
	var writes []engine.Binding
	for i, p := range n.trained() {
		writes = append(writes, o.update(g, g.Input(p.Name, graph.Float, p.Shape...), gradients[i], lr, o.decay(p.Role))...)
	}
	return writes
}

// trained are the parameters that gradient steps change.
func (n Network) trained() []models.Param {
	var list []models.Param
	for _, p := range n.Params {
		if n.trains(p) {
			list = append(list, p)
		}
	}
	return list
}

func (n Network) loss(g *graph.Graph, logits *graph.Node, batch int, smoothing float64) *graph.Node {
	labels := g.Input(Labels, graph.Int, batch)
	if !n.mixed {
		return nn.CrossEntropy(g, logits, labels, smoothing)
	}
	mixed := nn.Mixed{Labels: labels, Others: g.Input(Others, graph.Int, batch), Share: g.Input(Shares, graph.Float, batch, 1)}
	return nn.MixedCrossEntropy(g, logits, mixed, smoothing)
}

// trains reports whether gradient steps change a parameter.
func (n Network) trains(p models.Param) bool { return p.Trained() && !n.freeze.Has(p.Name) }

func (n Network) gated() map[string]bool {
	gated := map[string]bool{}
	for _, d := range n.drops {
		gated[d.layer] = true
	}
	return gated
}

func (o SGD) decay(role models.Role) float64 {
	if role == models.Weight {
		return o.WeightDecay
	}
	return 0
}

// Evaluate returns the logits of a batch under the running statistics.
func (n Network) Evaluate(s Shape) *engine.Program {
	nb, x := n.begin(s, nn.Running)
	logits := n.Forward(nb, x)
	return Optimise(&engine.Program{Name: "evaluate", Graph: nb.G, Returns: []engine.Binding{{Name: Logits, Node: logits}}})
}

// Recalibrate writes only running statistics. Fed a momentum of 1/t at batch t,
// it results in the exact mean over the batches.
func (n Network) Recalibrate(s Shape) *engine.Program {
	nb, x := n.begin(s, nn.Batch)
	n.Forward(nb, x)
	return Optimise(&engine.Program{Name: "recalibrate", Graph: nb.G, Writes: runningStatistics(nb)})
}

// runningStatistics moves each batch norm's statistics towards those of its batch
// by the fed momentum; variances are unbiased, as in other frameworks.
func runningStatistics(nb *nn.Builder) []engine.Binding {
	g := nb.G
	momentum := g.Input(NormMomentum, graph.Float, 1)
	var writes []engine.Binding
	move := func(name string, batch *graph.Node) {
		writes = append(writes, movedTowards(g, g.Input(name, graph.Float, batch.Shape...), batch, momentum))
	}
	for _, m := range nb.Moments {
		move(m.Name+".mean", m.Mean)
		variance := m.Variance
		if m.Count > 1 {
			variance = g.Scale(variance, float64(m.Count)/float64(m.Count-1))
		}
		move(m.Name+".var", variance)
	}
	return writes
}
