package train

import (
	"math"

	"fbnas/engine"
	"fbnas/graph"
)

// SGD is stochastic gradient descent with Nesterov momentum:
//
//	v' = Momentum v + g + decay p,  p' = p - lr (g + decay p + Momentum v')
type SGD struct {
	Momentum    float64
	WeightDecay float64 // on convolution weights only
}

// momentumOf is the state that belongs to a parameter.
func momentumOf(name string) string { return "momentum/" + name }

// update adds the writes for one parameter p with gradient d.
func (o SGD) update(g *graph.Graph, p, d, lr *graph.Node, decay float64) []engine.Binding {
	if decay > 0 {
		d = g.Add(d, g.Scale(p, decay))
	}
	v := g.Input(momentumOf(p.Name), graph.Float, p.Shape...)
	v = g.Add(g.Scale(v, o.Momentum), d)
	step := g.Add(d, g.Scale(v, o.Momentum))
	return []engine.Binding{
		{Name: p.Name, Node: g.Sub(p, g.Mul(step, lr))},
		{Name: momentumOf(p.Name), Node: v},
	}
}

// Adam is the update of Kingma and Ba without weight decay. Its two
// bias-corrected factors depend only on the number of steps and are fed: see
// Feeds.
type Adam struct{ Rate, Beta1, Beta2 float64 }

// adamEpsilon keeps the division defined.
const adamEpsilon = 1e-8

// Names of the feeds of Adam's programs.
const (
	adamRate  = "adam.rate"
	adamScale = "adam.scale"
)

// AdamState lists the moments of the parameters.
func AdamState(params []engine.Spec) []engine.Spec {
	var specs []engine.Spec
	for _, p := range params {
		specs = append(specs, engine.Spec{Name: "adam.m/" + p.Name, Shape: p.Shape},
			engine.Spec{Name: "adam.v/" + p.Name, Shape: p.Shape})
	}
	return specs
}

// Update adds the writes for one parameter p with gradient d:
//
//	m' = b1 m + (1-b1) d,  v' = b2 v + (1-b2) d²,  p' = p - rate m' / (sqrt(scale v') + eps)
func (o Adam) Update(g *graph.Graph, p, d *graph.Node) []engine.Binding {
	moment := func(prefix string, beta float64, d *graph.Node) engine.Binding {
		old := g.Input(prefix+p.Name, graph.Float, p.Shape...)
		return engine.Binding{Name: old.Name, Node: g.Add(g.Scale(old, beta), g.Scale(d, 1-beta))}
	}
	m := moment("adam.m/", o.Beta1, d)
	v := moment("adam.v/", o.Beta2, g.Mul(d, d))
	rate, scale := g.Input(adamRate, graph.Float, 1), g.Input(adamScale, graph.Float, 1)
	root := g.Add(g.Unary(graph.Sqrt, g.Mul(v.Node, scale)), g.Scalar(adamEpsilon))
	next := g.Sub(p, g.Mul(rate, g.Div(m.Node, root)))
	return []engine.Binding{{Name: p.Name, Node: next}, m, v}
}

// Feeds are the feeds of update t, counted from 1.
func (o Adam) Feeds(t int) engine.Feeds {
	return engine.Feeds{
		adamRate:  engine.Scalar(o.Rate / (1 - math.Pow(o.Beta1, float64(t)))),
		adamScale: engine.Scalar(1 / (1 - math.Pow(o.Beta2, float64(t)))),
	}
}
