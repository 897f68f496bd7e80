package search

import (
	"fbnas/engine"
	"fbnas/graph"
	"fbnas/graph/grad"
	"fbnas/models"
	"fbnas/nn"
	"fbnas/train"
)

// Names of feeds, results and state besides those of package train. State and
// feeds of a choice are named by a prefix and its name.
const (
	temperatureFeed = "temperature" // [1]
	logits          = "choice/"
	noise           = "noise/"
	weight          = "weight/"
	probability     = "probability/"
)

// Supernet is a space's supernet, with what its programs need.
type Supernet struct {
	Space   models.Space
	Classes int
	choices []models.Choice
}

// NewSupernet prepares the programs of a space.
func NewSupernet(space models.Space, classes int) *Supernet {
	return &Supernet{space, classes, space.Choices()}
}

// soft is the supernet under Gumbel weights, which is what is trained.
func (s *Supernet) soft() train.Network {
	return s.network(func(g *graph.Graph) []*graph.Node { return s.gumbel(g) })
}

// picked is the supernet under weights that are fed, so that one compiled program
// evaluates every architecture of the space.
func (s *Supernet) picked() train.Network {
	return s.network(func(g *graph.Graph) []*graph.Node { return s.inputs(g, weight) })
}

func (s *Supernet) network(weights func(*graph.Graph) []*graph.Node) train.Network {
	return train.Network{
		Forward: func(nb *nn.Builder, x *graph.Node) *graph.Node {
			return s.Space.Supernet(nb, x, s.Classes, weights(nb.G))
		},
		Params: models.Params(s.Space.SupernetBlocks(s.Classes)),
	}
}

// inputs declares one tensor [options] for each choice.
func (s *Supernet) inputs(g *graph.Graph, prefix string) []*graph.Node {
	nodes := make([]*graph.Node, len(s.choices))
	for i, c := range s.choices {
		nodes[i] = g.Input(prefix+c.Name, graph.Float, len(c.Options))
	}
	return nodes
}

func (s *Supernet) gumbel(g *graph.Graph) []*graph.Node {
	temperature := g.Input(temperatureFeed, graph.Float, 1)
	noises := s.inputs(g, noise)
	weights := make([]*graph.Node, len(s.choices))
	for i, z := range s.inputs(g, logits) {
		weights[i] = nn.GumbelSoftmax(g, z, noises[i], temperature)
	}
	return weights
}

// specs is the state: the parameters of the largest network, the choices with
// their moments, and the multiplier.
func (s *Supernet) specs() []engine.Spec {
	var choices []engine.Spec
	for _, c := range s.choices {
		choices = append(choices, engine.Spec{Name: logits + c.Name, Shape: graph.Shape{len(c.Options)}})
	}
	specs := append(s.soft().Specs(), choices...)
	specs = append(specs, train.AdamState(choices)...)
	return append(specs, constraint{}.spec())
}

// choiceStep minimises CE + lambda log(C/L) over the choices: it writes their
// logits, Adam's moments and the multiplier, and reads the parameters. It
// returns loss, cost, multiplier and the probabilities of every choice.
func (s *Supernet) choiceStep(shape train.Shape, limit constraint, adam train.Adam) *engine.Program {
	g := graph.New()
	nb := &nn.Builder{G: g}
	x := g.MapInput(train.Images, shape.Batch, shape.Image.Channels, shape.Image.Height, shape.Image.Width)
	out := s.soft().Forward(nb, x)
	loss := nn.CrossEntropy(g, out, g.Input(train.Labels, graph.Int, shape.Batch), 0)

	choices := s.inputs(g, logits)
	probabilities := make([]*graph.Node, len(choices))
	for i, z := range choices {
		probabilities[i] = g.Unary(graph.Softmax, z)
	}
	p := &engine.Program{Name: "choices", Graph: g, Returns: []engine.Binding{{Name: train.Loss, Node: loss}}}
	objective := g.Add(loss, limit.addTo(p, probabilities))
	for i, d := range grad.Of(g, objective, choices) {
		p.Writes = append(p.Writes, adam.Update(g, choices[i], d)...)
		p.Returns = append(p.Returns, engine.Binding{Name: probability + s.choices[i].Name, Node: probabilities[i]})
	}
	return train.Optimise(p)
}

// Pick feeds one-hot weights for a selection.
func (s *Supernet) Pick(sel models.Selection) engine.Feeds {
	feeds := engine.Feeds{}
	for i, c := range s.choices {
		oneHot := make([]float32, len(c.Options))
		oneHot[sel[i]] = 1
		feeds[weight+c.Name] = engine.Floats(oneHot)
	}
	return feeds
}
