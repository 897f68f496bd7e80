package main

import (
	"fmt"
	"slices"

	"fbnas/engine"
	"fbnas/graph"
	"fbnas/models"
	"fbnas/nn"
	"fbnas/train"
)

// Prefixes of a supernet's state and feeds, followed by a choice's name.
const (
	choice      = "choice/"
	noise       = "noise/"
	temperature = "temperature"
)

// supernet is a space's largest network under masks, as package search trains it;
// choices that learn do so in the weights' step.
func supernet(space models.Space, learn bool) subject {
	choices, blocks := space.Choices(), space.SupernetBlocks(classes)
	params := models.Params(blocks)
	if learn {
		params = append(params, choiceParams(choices)...)
	}
	forward := func(nb *nn.Builder, x *graph.Node) *graph.Node {
		return space.Supernet(nb, x, classes, choiceWeights(nb.G, choices))
	}
	return subject{net: train.Network{Forward: forward, Params: params}, blocks: blocks, input: space.Input, choices: choices, learn: learn}
}

// choiceWeights builds the Gumbel softmax of every choice.
func choiceWeights(g *graph.Graph, choices []models.Choice) []*graph.Node {
	var weights []*graph.Node
	for _, c := range choices {
		k := len(c.Options)
		weights = append(weights, nn.GumbelSoftmax(g, g.Input(choice+c.Name, graph.Float, k),
			g.Input(noise+c.Name, graph.Float, k), g.Input(temperature, graph.Float, 1)))
	}
	return weights
}

// choiceParams makes choices parameters of a step; their role exempts them from
// weight decay.
func choiceParams(choices []models.Choice) []models.Param {
	var params []models.Param
	for _, c := range choices {
		params = append(params, models.Param{Name: choice + c.Name, Shape: []int{len(c.Options)}, Role: models.Bias, Init: models.InitZero})
	}
	return params
}

// adam has the benchmark's settings for the choices.
var adam = train.Adam{Rate: 0.01, Beta1: 0.5, Beta2: 0.999}

func (s subject) shape(batch int) train.Shape {
	return train.Shape{Batch: batch, Image: s.input}
}

func (s subject) specs() []engine.Spec {
	var choices []engine.Spec
	for _, c := range s.choices {
		choices = append(choices, engine.Spec{Name: choice + c.Name, Shape: graph.Shape{len(c.Options)}})
	}
	if s.learn {
		return append(s.net.Specs(), train.AdamState(choices)...)
	}
	return append(s.net.Specs(), choices...)
}

// program is a step of the weights and, if they learn, of the choices by the same
// loss.
func (s subject) program(batch int, c train.Config) *engine.Program {
	p := s.net.WeightStep(s.shape(batch), c.SGD(), c.LabelSmoothing)
	if s.learn {
		for _, ch := range s.choices {
			byAdam(p, choice+ch.Name, c.Momentum)
		}
	}
	return p
}

// byAdam updates a parameter of a weight step with Adam. One backward pass has to
// serve weights and choices, so the gradient is recovered from the step's
// momentum: v' = momentum·v + gradient.
func byAdam(p *engine.Program, name string, momentum float64) {
	g := p.Graph
	at := func(name string) int {
		i := slices.IndexFunc(p.Writes, func(b engine.Binding) bool { return b.Name == name })
		if i < 0 {
			panic(fmt.Sprintf("bench: the step does not write %s", name))
		}
		return i
	}
	next := p.Writes[at("momentum/"+name)].Node
	v, value := g.Input("momentum/"+name, graph.Float, next.Shape...), g.Input(name, graph.Float, next.Shape...)
	gradient := g.Sub(next, g.Scale(v, momentum))
	sgd := at(name)
	p.Writes = append(slices.Delete(p.Writes, sgd, sgd+1), adam.Update(g, value, gradient)...)
}
